/**
 * What each line may use: codecs and bitrates.
 *
 * A mesh encodes once per remote, so what a camera may use falls with the number of people; sound comes first always.
 */
import type { LineName } from './lines.ts'

export type Budget = Readonly<{
  /** Bits per second. */
  maxBitrate: number
  priority: RTCPriorityType
  /** Frames per second; video only. */
  maxFramerate?: number
  /** Divides width and height; video only. */
  scaleResolutionDownBy?: number
}>

/** What a line may use in a call of so many people, oneself included. */
export function budgetOf(line: LineName, participantsCount: number): Budget {
  switch (line) {
    case 'microphone':
      return { maxBitrate: 40_000, priority: 'high' }
    case 'screenAudio':
      return { maxBitrate: 96_000, priority: 'medium' }
    case 'screen':
      return { maxBitrate: participantsCount <= 4 ? 2_000_000 : 1_200_000, priority: 'low', maxFramerate: 15 }
    case 'camera':
      return { priority: 'low', ...cameraBudget(participantsCount) }
  }
}

function cameraBudget(participantsCount: number): Omit<Budget, 'priority'> {
  if (participantsCount <= 2) return { maxBitrate: 1_200_000, maxFramerate: 30, scaleResolutionDownBy: 1 }
  if (participantsCount <= 4) return { maxBitrate: 600_000, maxFramerate: 30, scaleResolutionDownBy: 1.5 }
  return { maxBitrate: 250_000, maxFramerate: 20, scaleResolutionDownBy: 2 }
}

/** Gives a sender its budget. False before the first negotiation: there is no encoding to give it to yet. */
export async function applyBudget(sender: RTCRtpSender, budget: Budget): Promise<boolean> {
  const parameters = sender.getParameters()
  const [encoding] = parameters.encodings
  if (encoding === undefined) return false
  Object.assign(encoding, budget)
  await sender.setParameters(parameters)
  return true
}

/**
 * Those of a browser's codecs that are worth their lines in a description: what every browser must have (RFC 7874,
 * RFC 7742), VP9 for screens, and retransmission. A description shrinks by more than half.
 */
export function trimCodecs(codecs: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  return codecs.filter(({ mimeType, sdpFmtpLine = '' }) => {
    switch (mimeType.toLowerCase()) {
      case 'audio/opus':
      case 'video/vp8':
      case 'video/rtx':
        return true
      case 'video/vp9':
        return sdpFmtpLine === '' || sdpFmtpLine.includes('profile-id=0')
      case 'video/h264':
        return sdpFmtpLine.includes('profile-level-id=42e0') && sdpFmtpLine.includes('packetization-mode=1')
      default:
        return false
    }
  })
}
