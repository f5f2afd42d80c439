/**
 * Whether the browser has promised to keep what is on this device when space runs out, and when it is asked to.
 *
 * Rule OF10 of docs/PROTOCOL.md. Chromium and Safari decide by themselves and ask nobody; Firefox asks the person. So it
 * is asked for once there is a reason that a person can see, and not again for long.
 */
import { recall, remember } from '../device.ts'

/** When the browser was asked last. */
type Asked = Readonly<{
  /** Milliseconds since 1970. */
  atMs: number
  /** Stoa was installed then: browsers are more willing where it is. */
  isInstalled: boolean
  /** The person said no. */
  isRefused: boolean
}>

/** Who has not answered, and a browser that has refused by itself, may be asked again after half a year. */
const againMs = 182 * 24 * 3_600_000
const key = 'lasting'

/** Whether the browser may be asked (again). Pure. */
export function mayAsk(asked: Asked | null, isInstalled: boolean, nowMs: number): boolean {
  if (asked === null) return true
  if (asked.isRefused) return false
  return (isInstalled && !asked.isInstalled) || nowMs - asked.atMs >= againMs
}

/** As far as this device remembers. */
export function mayAskHere(isInstalled: boolean): boolean {
  return isSecureContext && mayAsk(recall(key) as Asked | null, isInstalled, Date.now())
}

export async function askToLast(isInstalled: boolean): Promise<void> {
  // Another page may have asked meanwhile.
  if (!mayAskHere(isInstalled) || (await isLasting())) return
  const asked: Asked = { atMs: Date.now(), isInstalled, isRefused: false }
  // Before: whoever does not answer is not asked by the next page.
  remember(key, asked)
  if (!(await navigator.storage.persist()) && (await isDenied())) remember(key, { ...asked, isRefused: true })
}

/** False also where the browser cannot promise it. */
export async function isLasting(): Promise<boolean> {
  return isSecureContext && (await navigator.storage.persisted())
}

/** Not every browser can say. */
async function isDenied(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'persistent-storage' })).state === 'denied'
  } catch {
    return false
  }
}
