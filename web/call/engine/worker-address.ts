/**
 * Workers of the call, whose scripts this server serves.
 *
 * Browsers that enforce Trusted Types run no other address in a worker: the policy `stoa-call` of the server's
 * Content-Security-Policy lets those of this origin pass.
 */
type Policy = Readonly<{ createScriptURL(address: string): unknown }>
type Factory = Readonly<{
  createPolicy(name: string, rules: Readonly<{ createScriptURL(address: string): string }>): Policy
}>

/** A name may be given once for a page. */
let policy: Policy | null = null

/** `address` as `?worker&url` gives it. Throws where workers cannot be made. */
export function openWorker(address: string): Worker {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory }
  if (trustedTypes === undefined) return new Worker(ownAddress(address), { type: 'module' })
  policy ??= trustedTypes.createPolicy('stoa-call', { createScriptURL: ownAddress })
  return new Worker(policy.createScriptURL(address) as string, { type: 'module' })
}

function ownAddress(address: string): string {
  const { href, origin } = new URL(address, location.href)
  if (origin !== location.origin) throw new TypeError('a worker of another origin')
  return href
}
