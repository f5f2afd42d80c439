/**
 * Which m-line of a connection carries what. Rule CA4 of docs/PROTOCOL.md.
 *
 * By the order of the m-lines, which both ends share: the first audio line is the microphone, the first video line the
 * camera, the second video line the screen, the second audio line the screen's sound. Microphone and camera exist from
 * the start and are `sendrecv` for ever, so that muting, cameras and devices are `replaceTrack` and never a
 * renegotiation; the screen's two lines are added by the first share, in the same way for both directions.
 */

export type LineName = 'microphone' | 'camera' | 'screen' | 'screenAudio'

/** What is sent on each line; null is nothing. */
export type LineTracks = Readonly<Record<LineName, MediaStreamTrack | null>>

export type Lines = Readonly<Partial<Record<LineName, RTCRtpTransceiver>>>

export const lineNames = [
  'microphone',
  'camera',
  'screen',
  'screenAudio',
] as const satisfies readonly LineName[]

export const noTracks: LineTracks = { microphone: null, camera: null, screen: null, screenAudio: null }

/** The lines as they are now, and the transceivers that have no place among them. */
export function readLines(
  connection: RTCPeerConnection,
): Readonly<{ lines: Lines; surplus: readonly RTCRtpTransceiver[] }> {
  const lines: Partial<Record<LineName, RTCRtpTransceiver>> = {}
  const surplus: RTCRtpTransceiver[] = []
  for (const transceiver of inLineOrder(connection)) {
    const isAudio = transceiver.receiver.track.kind === 'audio'
    const first = isAudio ? 'microphone' : 'camera'
    const second = isAudio ? 'screenAudio' : 'screen'
    if (lines[first] === undefined) lines[first] = transceiver
    else if (lines[second] === undefined) lines[second] = transceiver
    else surplus.push(transceiver)
  }
  return { lines, surplus }
}

/** The lines every connection starts with. */
export function addFirstLines(connection: RTCPeerConnection): void {
  connection.addTransceiver('audio', { direction: 'sendrecv' })
  connection.addTransceiver('video', { direction: 'sendrecv' })
}

/** The lines of the first screen share. */
export function addScreenLines(connection: RTCPeerConnection): void {
  connection.addTransceiver('video', { direction: 'sendrecv' })
  connection.addTransceiver('audio', { direction: 'sendrecv' })
}

/** Those in the description by its m-lines, then those not yet in it, in the order they were added. */
function inLineOrder(connection: RTCPeerConnection): RTCRtpTransceiver[] {
  const description =
    connection.pendingLocalDescription ??
    connection.pendingRemoteDescription ??
    connection.currentLocalDescription
  const mids = [...(description?.sdp ?? '').matchAll(/^a=mid:(.+?)\r?$/gm)].map((match) => match[1])
  const place = (transceiver: RTCRtpTransceiver): number => {
    const index = transceiver.mid === null ? -1 : mids.indexOf(transceiver.mid)
    return index === -1 ? mids.length : index
  }
  return connection
    .getTransceivers()
    .filter((transceiver) => transceiver.direction !== 'stopped')
    .sort((a, b) => place(a) - place(b))
}
