import { type ComponentType, createElement, lazy, useState } from 'react'
import { LoadBoundary, NotLoaded } from './load-boundary.tsx'

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

/**
 * A component that is fetched when it is first shown. Where it doesn't come, as without a network, that is said in its place with a way to try again: the page
 * around it, and what was typed there, stay.
 */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const fetched = () =>
    lazy(async () => {
      try {
        return { default: await again(load) }
      } catch (cause) {
        throw new NotLoaded('a part of the console did not come', { cause })
      }
    })
  let Part = fetched()
  return function Lazily(props: Props) {
    const [tries, setTries] = useState(0)
    const tryAgain = () => {
      Part = fetched()
      setTries(tries + 1)
    }
    return createElement(LoadBoundary, { key: tries, tryAgain }, createElement(Part, props))
  }
}
