/**
 * Descriptions of fake connections: as much of SDP as the engine reads, and what the fakes need to find mistakes.
 */

export type MediaLine = Readonly<{ kind: 'audio' | 'video' | 'application'; mid: string }>

export type FakeDescription = Readonly<{
  connectionId: string
  isFirefox: boolean
  ufrag: string
  /** Who signs the connection. */
  fingerprint: string
  /** Number of the offer, unlike that of any other. */
  offerId: string
  lines: readonly MediaLine[]
}>

export function writeDescription({
  connectionId,
  isFirefox,
  ufrag,
  fingerprint,
  offerId,
  lines,
}: FakeDescription): string {
  return [
    'v=0',
    `o=${isFirefox ? 'mozilla' : '-'}`,
    `a=connection:${connectionId}`,
    `a=offer:${offerId}`,
    `a=fingerprint:${fingerprint}`,
    ...lines.flatMap(({ kind, mid }) => [`m=${kind}`, `a=mid:${mid}`, `a=ice-ufrag:${ufrag}`]),
    '',
  ].join('\r\n')
}

/** Throws as a connection does for what is no description. */
export function readDescription(sdp: string): FakeDescription {
  const field = (name: string): string => {
    const value = new RegExp(`^a=${name}:(.+)\r$`, 'm').exec(sdp)?.[1]
    if (!sdp.startsWith('v=0\r\n') || value === undefined) throw new DOMException('no SDP', 'OperationError')
    return value
  }
  const lines = Array.from(
    sdp.matchAll(/^m=(audio|video|application)\r\na=mid:(.+)\r$/gm),
    ([, kind, mid]) => ({
      kind: kind as MediaLine['kind'],
      mid: mid ?? '',
    }),
  )
  return {
    connectionId: field('connection'),
    isFirefox: sdp.includes('\r\no=mozilla\r\n'),
    offerId: field('offer'),
    fingerprint: field('fingerprint'),
    ufrag: field('ice-ufrag'),
    lines,
  }
}
