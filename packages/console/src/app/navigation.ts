import {
  ActivityIcon,
  Building2Icon,
  FileCheck2Icon,
  FlaskConicalIcon,
  HouseIcon,
  type LucideIcon,
  ScaleIcon,
  ScrollTextIcon,
  ServerIcon,
  SettingsIcon,
} from 'lucide-react'
import type { Permission } from './me.ts'

/** A page that the rail leads to. */
export interface NavigationItem {
  readonly to:
    | '/'
    | '/changes'
    | '/systems'
    | '/evaluations'
    | '/records'
    | '/policy'
    | '/audit'
    | '/operate/tenants'
    | '/settings'
  readonly label: string
  readonly icon: LucideIcon
  /** The second key after `g`. */
  readonly key: string
  readonly permission?: Permission
  /** First among the five at the foot of a narrow screen; the palette leads to the others there. */
  readonly isTab?: boolean
}

/** The pages of the rail, in its order. What the reader may not see is absent. */
export const navigation: readonly NavigationItem[] = [
  { to: '/', label: 'Home', icon: HouseIcon, key: 'h', isTab: true },
  { to: '/changes', label: 'Changes', icon: ActivityIcon, key: 'c', permission: 'change:read', isTab: true },
  { to: '/systems', label: 'Systems', icon: ServerIcon, key: 's', permission: 'system:read', isTab: true },
  { to: '/evaluations', label: 'Evaluations', icon: FlaskConicalIcon, key: 'e', permission: 'evaluation:read' },
  { to: '/records', label: 'Records', icon: FileCheck2Icon, key: 'r', permission: 'record:read', isTab: true },
  { to: '/policy', label: 'Policy', icon: ScaleIcon, key: 'l', permission: 'policy:read' },
  { to: '/audit', label: 'Audit', icon: ScrollTextIcon, key: 'a', permission: 'audit:read', isTab: true },
  { to: '/operate/tenants', label: 'Tenants', icon: Building2Icon, key: 't', permission: 'tenant:operate' },
]

/** The way to what belongs to the account and the tenant, at the foot of the rail. */
export const settings: NavigationItem = { to: '/settings', label: 'Settings', icon: SettingsIcon, key: 'p' }
