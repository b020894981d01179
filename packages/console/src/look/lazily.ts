import { type ComponentType, lazy, type LazyExoticComponent } from 'react'

const waitsMs = [300, 1_000, 3_000]

/**
 * Loads a part of the console, and comes again where the server didn't answer: what a page is made of mustn't hang on one request.
 * @throws what the last try did, such as a `TypeError` of the browser
 */
export async function again<T>(load: () => Promise<T>): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
  return load()
}

/** A component that is fetched when it is first shown. */
export function lazily<Props>(load: () => Promise<ComponentType<Props>>): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: await again(load) }))
}
