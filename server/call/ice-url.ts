/** Addresses of STUN and TURN servers, as browsers take them (RFC 7064, RFC 7065). Those over DTLS no browser takes. */

export type IceUrl = Readonly<{
  /** As it was written. */
  text: string
  isRelay: boolean
  host: string
  port: number
  transport: 'udp' | 'tcp' | 'tls'
}>

const form =
  /^(stun|turns?):(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,5}))?(?:\?transport=(udp|tcp))?$/

/** Null for what no browser would take. */
export function readIceUrl(text: string): IceUrl | null {
  const [, scheme = '', host = '', port, transport] = form.exec(text.toLowerCase()) ?? []
  if (scheme === '') return null
  const isSecure = scheme === 'turns'
  const isImpossible = isSecure ? transport === 'udp' : scheme === 'stun' && transport !== undefined
  const portNumber = port === undefined ? (isSecure ? 5349 : 3478) : Number(port)
  if (isImpossible || portNumber < 1 || portNumber > 65_535) return null
  return {
    text,
    isRelay: scheme !== 'stun',
    host: host.replace(/^\[|\]$/g, ''),
    port: portNumber,
    transport: isSecure ? 'tls' : transport === 'tcp' ? 'tcp' : 'udp',
  }
}
