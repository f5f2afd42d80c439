/** The part of the check-up that looks at STUN and TURN: what answers, over what, and whether the relay is safe to run. */
import type { Finding } from '../check-up.ts'
import { turnCredentials } from './ice.ts'
import type { IceConfig } from './ice-config.ts'
import type { IceUrl } from './ice-url.ts'
import { StunClient } from './stun-client.ts'

const transportNames = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const
/** Of each kind of network that a relay must not lead into (T-02). */
const insidePeers = ['10.0.0.1', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '192.168.0.1']
const credentialsLifeMs = 60_000

/** `ca` is for tests. */
export async function checkPaths(
  ice: IceConfig | null,
  nowMs: number,
  ca?: string,
): Promise<readonly Finding[]> {
  if (ice === null)
    return [{ good: 'Calls look for direct paths only: neither STUN_URLS nor TURN_URLS is set.' }]
  const { stun, turn } = ice
  return Promise.all([
    ...stun.map((url) => checkStun(url, ca)),
    ...(turn?.urls.map((url) => checkRelay(url, turn.secret, nowMs, ca)) ?? []),
  ])
}

async function checkStun(url: IceUrl, ca: string | undefined): Promise<Finding> {
  try {
    await using client = await StunClient.open(url, ca)
    const { address } = await client.bind()
    if (address !== null) return { good: `${url.text} answers, and sees this machine as ${address}.` }
    return silent(url, 'stun-silent')
  } catch (error) {
    return silent(url, 'stun-silent', error)
  }
}

async function checkRelay(
  url: IceUrl,
  secret: string,
  nowMs: number,
  ca: string | undefined,
): Promise<Finding> {
  try {
    await using client = await StunClient.open(url, ca)
    const { errorCode, address } = await client.allocate(
      turnCredentials(secret, 'doctor', nowMs + credentialsLifeMs),
    )
    if (errorCode === 401) {
      return {
        fault: {
          code: 'relay-refuses',
          sentence: `${url.text} answers, but refuses our credentials.`,
          fix: 'TURN_SECRET must be what static-auth-secret is in coturn, with use-auth-secret set, and both clocks right.',
        },
      }
    }
    if (errorCode !== 0 || address === null) {
      return {
        fault: {
          code: 'relay-refuses',
          sentence: `${url.text} answers, but gives no address (${String(errorCode)}).`,
          fix: 'Look at its quotas and its range of ports.',
        },
      }
    }
    for (const peer of insidePeers) {
      if ((await client.permit(peer)).errorCode === 0) return leadsInside(url, peer)
    }
    return { good: `${url.text} relays over ${transportNames[url.transport]}, from ${address}.` }
  } catch (error) {
    return silent(url, 'relay-silent', error)
  }
}

function leadsInside(url: IceUrl, peer: string): Finding {
  return {
    fault: {
      code: 'relay-leads-inside',
      sentence: `${url.text} would pass traffic on to ${peer}, so whoever is in a call can reach inside its network.`,
      fix: 'Refuse private ranges, as docs/deploy/turnserver.conf does.',
    },
  }
}

function silent(url: IceUrl, code: 'stun-silent' | 'relay-silent', error?: unknown): Finding {
  const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  const port = `${transportNames[url.transport]} port ${String(url.port)}`
  const certificate = url.transport === 'tls' ? ' Browsers take only a certificate that they trust.' : ''
  return {
    fault: {
      code,
      sentence: `${url.text} cannot be reached${reason}.`,
      fix: `Check its name, that it runs, and that ${port} is open from here.${certificate}`,
    },
  }
}
