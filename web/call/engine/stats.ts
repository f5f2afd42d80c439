/**
 * What a connection's statistics say, as few numbers. Pure.
 *
 * Browsers leave out what they do not know: then a number is null. Rates are over the time since the reading before.
 */
import type { LineName } from './lines.ts'

/** One picture as it is received or sent now. */
export type PictureStats = Readonly<{
  width: number
  height: number
  framesPerSecond: number
  bitsPerSecond: number
  codec: string | null
}>

export type LinkStats = Readonly<{
  roundTripMs: number | null
  /** What the browser thinks could be sent on this link, in bits per second. */
  availableBitrate: number | null
  sentBitrate: number
  receivedBitrate: number
  /** Parts of the packets, 0…1, that were lost on the way here, and on the way there as the other side says. */
  lossIn: number
  lossOut: number | null
  jitterMs: number | null
  /** Part of the sound, 0…1, that had to be made up. */
  concealed: number
  received: Readonly<{ camera: PictureStats | null; screen: PictureStats | null }>
  sent: Readonly<{ camera: PictureStats | null; screen: PictureStats | null }>
  /** Why what is sent is less than it might be. */
  limitedBy: 'cpu' | 'bandwidth' | null
  /** How the packets go: `host`, `srflx`, `prflx`, or `relay` if there is one at either end; and over what. */
  path: Readonly<{ kind: string; protocol: string }> | null
  /** How long before this reading the newest packet came. */
  packetAgeMs: number | null
}>

export type StatsReading = Readonly<{ stats: LinkStats; counters: Counters }>

/** Sums that only grow, by what they count. */
type Counters = Readonly<{ atMs: number; values: ReadonlyMap<string, number> }>

/** The parts of the reports that are read here. */
type Report = Readonly<
  Partial<{
    id: string
    type: string
    kind: string
    mid: string
    timestamp: number
    codecId: string
    mimeType: string
    packetsReceived: number
    packetsLost: number
    bytesReceived: number
    bytesSent: number
    jitter: number
    fractionLost: number
    frameWidth: number
    frameHeight: number
    framesPerSecond: number
    concealedSamples: number
    totalSamplesReceived: number
    qualityLimitationReason: string
    selectedCandidatePairId: string
    state: string
    nominated: boolean
    currentRoundTripTime: number
    availableOutgoingBitrate: number
    lastPacketReceivedTimestamp: number
    localCandidateId: string
    remoteCandidateId: string
    candidateType: string
    protocol: string
    relayProtocol: string
  }>
>

/** Losses jump from reading to reading: each counts half. */
const smoothing = 0.5

/** Reads a connection's report; `mids` names its lines. */
export function readStats(
  reports: Iterable<unknown>,
  mids: Readonly<Partial<Record<LineName, string | null>>>,
  before: StatsReading | null,
): StatsReading {
  const byId = new Map<string, Report>()
  for (const report of reports as Iterable<Report>) if (report.id !== undefined) byId.set(report.id, report)
  const all = [...byId.values()]
  const inbound = all.filter(({ type }) => type === 'inbound-rtp')
  const outbound = all.filter(({ type }) => type === 'outbound-rtp')
  const pair = pairOf(all, byId)
  const atMs = pair?.timestamp ?? all[0]?.timestamp ?? 0
  const values = new Map<string, number>()
  const seconds = before === null ? 0 : (atMs - before.counters.atMs) / 1_000
  /** How much a sum has grown since the reading before. */
  const grown = (name: string, sum: number): number => {
    values.set(name, sum)
    const earlier = before?.counters.values.get(name)
    return earlier === undefined ? 0 : Math.max(0, sum - earlier)
  }
  const rate = (name: string, bytes: number): number =>
    seconds > 0 ? (grown(name, bytes) * 8) / seconds : (grown(name, bytes), 0)

  const picture = (list: readonly Report[], name: 'camera' | 'screen'): PictureStats | null => {
    const report = list.find(({ mid, kind }) => kind === 'video' && mid === mids[name])
    if (report === undefined) return null
    return {
      width: report.frameWidth ?? 0,
      height: report.frameHeight ?? 0,
      framesPerSecond: report.framesPerSecond ?? 0,
      bitsPerSecond: rate(
        `${name} ${list === inbound ? 'in' : 'out'}`,
        report.bytesReceived ?? report.bytesSent ?? 0,
      ),
      codec: byId.get(report.codecId ?? '')?.mimeType?.split('/')[1] ?? null,
    }
  }

  const received = grown('received', sum(inbound, 'packetsReceived'))
  const lost = grown('lost', sum(inbound, 'packetsLost'))
  const samples = grown('samples', sum(inbound, 'totalSamplesReceived'))
  const concealedSamples = grown('concealed', sum(inbound, 'concealedSamples'))
  const loss = received + lost === 0 ? 0 : lost / (received + lost)
  const lossesOut = numbers(all, 'remote-inbound-rtp', 'fractionLost')
  const jitters = inbound.flatMap(({ kind, jitter }) =>
    kind === 'audio' && jitter !== undefined ? [jitter] : [],
  )
  const limit = outbound.map(({ qualityLimitationReason }) => qualityLimitationReason)
  const local = byId.get(pair?.localCandidateId ?? '')
  const remote = byId.get(pair?.remoteCandidateId ?? '')
  const stats: LinkStats = {
    roundTripMs: pair?.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1_000,
    availableBitrate: pair?.availableOutgoingBitrate ?? null,
    sentBitrate: rate('bytes out', pair?.bytesSent ?? 0),
    receivedBitrate: rate('bytes in', pair?.bytesReceived ?? 0),
    lossIn: smooth(before?.stats.lossIn, loss),
    lossOut:
      lossesOut.length === 0 ? null : smooth(before?.stats.lossOut ?? undefined, Math.max(...lossesOut)),
    jitterMs: jitters.length === 0 ? null : Math.max(...jitters) * 1_000,
    concealed: samples === 0 ? 0 : Math.min(1, concealedSamples / samples),
    received: { camera: picture(inbound, 'camera'), screen: picture(inbound, 'screen') },
    sent: { camera: picture(outbound, 'camera'), screen: picture(outbound, 'screen') },
    limitedBy: limit.includes('cpu') ? 'cpu' : limit.includes('bandwidth') ? 'bandwidth' : null,
    path:
      local === undefined
        ? null
        : {
            kind: remote?.candidateType === 'relay' ? 'relay' : (local.candidateType ?? ''),
            protocol: local.relayProtocol ?? local.protocol ?? '',
          },
    packetAgeMs: packetAge([...inbound, ...(pair === null ? [] : [pair])]),
  }
  return { stats, counters: { atMs, values } }
}

function pairOf(all: readonly Report[], byId: ReadonlyMap<string, Report>): Report | null {
  const transport = all.find(({ type }) => type === 'transport')
  const selected = byId.get(transport?.selectedCandidatePairId ?? '')
  return (
    selected ??
    all.find(
      ({ type, state, nominated }) => type === 'candidate-pair' && state === 'succeeded' && nominated,
    ) ??
    null
  )
}

function packetAge(reports: readonly Report[]): number | null {
  const ages = reports.flatMap(({ timestamp, lastPacketReceivedTimestamp }) =>
    timestamp === undefined || lastPacketReceivedTimestamp === undefined
      ? []
      : [Math.max(0, timestamp - lastPacketReceivedTimestamp)],
  )
  return ages.length === 0 ? null : Math.min(...ages)
}

function smooth(before: number | undefined, now: number): number {
  return before === undefined ? now : before + (now - before) * smoothing
}

function sum(
  reports: readonly Report[],
  field: 'packetsReceived' | 'packetsLost' | 'totalSamplesReceived' | 'concealedSamples',
): number {
  return reports.reduce((total, report) => total + (report[field] ?? 0), 0)
}

function numbers(reports: readonly Report[], type: string, field: 'fractionLost'): number[] {
  return reports.flatMap((report) =>
    report.type === type && report[field] !== undefined ? [report[field]] : [],
  )
}
