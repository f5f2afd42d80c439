/**
 * What each line may use: bitrates and sizes.
 *
 * A mesh encodes once per remote, so what a camera may use falls with the number of people, with the size that the
 * other side shows it in, and with what the link carries. Sound comes first always.
 */
import type { PictureSize, Shown } from '#shared/call/shown.ts'
import type { LineName } from './lines.ts'
import type { Ease } from './uplink.ts'

export type Budget = Readonly<{
  /** False pauses it: nothing is encoded or sent. */
  active: boolean
  /** Bits per second. */
  maxBitrate: number
  priority: RTCPriorityType
  /** Frames per second; video only. */
  maxFramerate?: number
  /** Divides width and height; video only. */
  scaleResolutionDownBy?: number
}>

/** What a link's lines have to share. */
export type Allowance = Readonly<{
  /** Oneself included. */
  participantsCount: number
  shown: Shown
  ease: Ease
}>

export const fullAllowance: Allowance = { participantsCount: 2, shown: {}, ease: 'full' }

/** Steps of the scale: sizes that change with every pixel of a window would begin the picture anew each time. */
const scales = [1, 1.5, 2, 3, 4, 6, 8]
/** A picture smaller than its budget needs more bits a pixel. */
const areaExponent = 0.75
const cameraBitrateMin = 60_000
/** What a picture may take on a link that carries little. */
const smallCamera = { maxBitrate: 100_000, maxFramerate: 12, scaleResolutionDownBy: 4 }
const smallScreen = { maxBitrate: 120_000, maxFramerate: 3 }

/** What a line may use; `picture` is the size of what it carries, where that is known. */
export function budgetOf(line: LineName, allowance: Allowance, picture: PictureSize | null = null): Budget {
  const { participantsCount, shown, ease } = allowance
  switch (line) {
    case 'microphone':
      // On the wire twice that: each packet carries the one before it again (RFC 2198).
      return { active: true, maxBitrate: participantsCount <= 4 ? 32_000 : 20_000, priority: 'high' }
    case 'screenAudio':
      return { active: true, maxBitrate: 96_000, priority: 'medium' }
    case 'screen': {
      const active = shown.screen !== null && ease !== 'none'
      if (ease !== 'full') return { active, priority: 'low', ...smallScreen }
      const maxBitrate = participantsCount <= 4 ? 2_000_000 : 1_200_000
      return { active, priority: 'low', maxBitrate, maxFramerate: 15 }
    }
    case 'camera': {
      const active = shown.camera !== null && ease !== 'none'
      if (ease !== 'full') return { active, priority: 'low', ...smallCamera }
      return { active, priority: 'low', ...cameraBudget(participantsCount, shown.camera ?? null, picture) }
    }
  }
}

function cameraBudget(
  participantsCount: number,
  shown: PictureSize | null,
  picture: PictureSize | null,
): Omit<Budget, 'priority' | 'active'> {
  const most = cameraMost(participantsCount)
  if (shown === null || picture === null) return most
  const wanted = Math.min(picture.width / shown.width, picture.height / shown.height)
  // No smaller than it is shown, where that may be.
  const fitting = scales.findLast((scale) => scale <= wanted) ?? 1
  const scale = Math.max(fitting, most.scaleResolutionDownBy)
  const area = (most.scaleResolutionDownBy / scale) ** 2
  return {
    maxBitrate: Math.max(cameraBitrateMin, Math.round(most.maxBitrate * area ** areaExponent)),
    maxFramerate: most.maxFramerate,
    scaleResolutionDownBy: scale,
  }
}

function cameraMost(participantsCount: number) {
  if (participantsCount <= 2) return { maxBitrate: 1_200_000, maxFramerate: 30, scaleResolutionDownBy: 1 }
  if (participantsCount <= 4) return { maxBitrate: 600_000, maxFramerate: 30, scaleResolutionDownBy: 1.5 }
  return { maxBitrate: 250_000, maxFramerate: 20, scaleResolutionDownBy: 2 }
}

/** A face may lose pixels or frames, as needed; a screen that loses pixels cannot be read. */
function preferenceOf(line: LineName): RTCDegradationPreference | null {
  if (line === 'camera') return 'balanced'
  return line === 'screen' ? 'maintain-resolution' : null
}

/** Gives a sender its budget. False before the first negotiation: there is no encoding to give it to yet. */
export async function applyBudget(line: LineName, sender: RTCRtpSender, budget: Budget): Promise<boolean> {
  const parameters = sender.getParameters()
  const [encoding] = parameters.encodings
  if (encoding === undefined) return false
  const preference = preferenceOf(line)
  Object.assign(encoding, budget)
  Object.assign(parameters, preference && { degradationPreference: preference })
  await sender.setParameters(parameters)
  return true
}
