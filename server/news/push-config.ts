/** What the environment says of Web Push: to whose push services this server may send. */
import type { Reading } from '../config.ts'

/** Names of hosts; a name stands for all that end in it. Empty for none. */
export type PushConfig = Readonly<{ hosts: readonly string[] }>

/** Those of Chrome and its kin, Firefox, Edge, and Safari. */
export const usualPushConfig: PushConfig = {
  hosts: ['fcm.googleapis.com', 'push.services.mozilla.com', 'notify.windows.com', 'push.apple.com'],
}

const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/u

/** PUSH_SERVICES: `none`, or names of hosts that are added to the usual ones. Null where nothing is said. */
export function readPushConfig(
  env: Readonly<Record<string, string | undefined>>,
): Reading<PushConfig | null> {
  const text = env['PUSH_SERVICES']
  if (text === undefined) return { value: null }
  if (text === 'none') return { value: { hosts: [] } }
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => hostName.test(name) && !/^[0-9.]+$/u.test(name)))
    return { value: { hosts: [...usualPushConfig.hosts, ...names] } }
  return {
    fault: {
      code: 'push-services-wrong',
      sentence: `PUSH_SERVICES is ${JSON.stringify(text)}, which cannot be used.`,
      fix: 'Name the hosts of further push services, divided by commas, such as push.example.org, or say none.',
    },
  }
}

/** Whether this server may send there: only to push services by HTTPS, never to an address of its own network. */
export function isPushEndpoint({ hosts }: PushConfig, endpoint: string): boolean {
  const url = URL.parse(endpoint)
  if (
    url === null ||
    url.protocol !== 'https:' ||
    url.port !== '' ||
    url.username !== '' ||
    url.password !== ''
  )
    return false
  return hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`))
}
