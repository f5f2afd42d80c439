/**
 * How well a participant comes over, in one word and one reason. Pure.
 */
import type { LinkStats } from './stats.ts'

export type Quality = Readonly<{
  level: 'good' | 'fair' | 'poor'
  /** Null where it is good. */
  reason: QualityReason | null
}>

export type QualityReason =
  /** Nothing comes any more. */
  | 'silent'
  /** Packets are lost, and nobody can tell at which end. */
  | 'loss'
  /** Packets are lost, but only from this participant … */
  | 'their-upload'
  /** … or from everybody. */
  | 'my-download'
  /** Of oneself: what one sends does not arrive, at anybody's. */
  | 'my-upload'
  /** What is said comes late, or unevenly. */
  | 'delay'
  /** … on a way through a relay, which is longer. */
  | 'relay'
  /** Their machine cannot encode what it should, as it says (CA14). */
  | 'their-cpu'
  /** Of oneself: this machine cannot encode what it should. */
  | 'cpu'

export const goodQuality: Quality = { level: 'good', reason: null }

/** Parts of the packets: speech codecs hide the first well, and nothing hides the second. */
const lossFair = 0.03
const lossPoor = 0.1
/** ITU-T G.114: one way, 150 ms go unnoticed, and at 400 ms people interrupt each other. */
const roundTripFairMs = 400
const roundTripPoorMs = 800
const jitterFairMs = 60
const jitterPoorMs = 150
/** Below this a link carries little more than a voice. */
const uploadPoorBitrate = 100_000

/** What to say of one remote participant; `others` are the links to everybody else. */
export function judgeRemote(
  stats: LinkStats,
  { isSilent = false, isBusy = false }: Readonly<{ isSilent?: boolean; isBusy?: boolean }>,
  others: readonly LinkStats[],
): Quality {
  if (isSilent) return { level: 'poor', reason: 'silent' }
  const loss = level(stats.lossIn, lossFair, lossPoor)
  const delay = worse(
    level(stats.roundTripMs ?? 0, roundTripFairMs, roundTripPoorMs),
    level(stats.jitterMs ?? 0, jitterFairMs, jitterPoorMs),
  )
  if (loss === 'good' && delay === 'good')
    return isBusy ? { level: 'fair', reason: 'their-cpu' } : goodQuality
  if (rank(delay) > rank(loss))
    return { level: delay, reason: stats.path?.kind === 'relay' ? 'relay' : 'delay' }
  return { level: loss, reason: lossReason(others) }
}

/** What to say of oneself: how one comes over at the others'. */
export function judgeSelf(links: readonly LinkStats[]): Quality {
  if (links.length === 0) return goodQuality
  const losses = links.map(({ lossOut }) => level(lossOut ?? 0, lossFair, lossPoor))
  // Where one gets through, it is not the upload.
  const loss = losses.reduce((best, one) => (rank(one) < rank(best) ? one : best))
  if (loss !== 'good') return { level: loss, reason: 'my-upload' }
  const isNarrow = links.every(
    ({ availableBitrate, limitedBy }) =>
      limitedBy === 'bandwidth' && (availableBitrate ?? Infinity) < uploadPoorBitrate,
  )
  if (isNarrow) return { level: 'fair', reason: 'my-upload' }
  return links.some(({ limitedBy }) => limitedBy === 'cpu') ? { level: 'fair', reason: 'cpu' } : goodQuality
}

function lossReason(others: readonly LinkStats[]): QualityReason {
  if (others.length === 0) return 'loss'
  const lossyCount = others.filter(({ lossIn }) => lossIn >= lossFair).length
  if (lossyCount === 0) return 'their-upload'
  return lossyCount === others.length ? 'my-download' : 'loss'
}

function level(value: number, fair: number, poor: number): Quality['level'] {
  return value >= poor ? 'poor' : value >= fair ? 'fair' : 'good'
}

function rank(of: Quality['level']): number {
  return of === 'good' ? 0 : of === 'fair' ? 1 : 2
}

function worse(one: Quality['level'], other: Quality['level']): Quality['level'] {
  return rank(one) >= rank(other) ? one : other
}
