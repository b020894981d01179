import { lazyRouteComponent, type RouteComponent } from '@tanstack/react-router'
import type { ComponentType, ReactNode } from 'react'
import { again } from '../look/lazily.ts'
import { useZone } from '../look/time.tsx'

type Shown = () => ReactNode

/** A page, fetched when it is first shown. Where the zone of its times changes it is written anew in place: what was typed into it stays. */
export function pageOf<Name extends string>(
  load: () => Promise<Readonly<Record<Name, Shown>>>,
  name: Name,
): RouteComponent {
  const read = async (): Promise<{ readonly page: Shown }> => ({ page: (await again(load))[name] })
  const Page = lazyRouteComponent(read, 'page')
  const page = () => <InZone of={Page} />
  return Object.assign(page, Page.preload === undefined ? {} : { preload: Page.preload })
}

function InZone({ of: Page }: { readonly of: ComponentType }) {
  useZone()
  return <Page />
}
