/**
 * The statistics of one link, read from time to time, and what they allow it.
 *
 * Invariant: at most one reading is under way.
 */
import { lineNames, type Lines } from './lines.ts'
import { readStats, type LinkStats, type StatsReading } from './stats.ts'
import { carefulUplink, freeUplink, stepUplink, type Ease, type UplinkState } from './uplink.ts'

/** Readings close to each other say little of a rate, and are only asked whether packets come. */
const intervalMsMin = 1_500

export class Measuring {
  #lines: Lines = {}
  #before: StatsReading | null = null
  #beforeAtMs = -Infinity
  #uplink: UplinkState = freeUplink
  #isReading = false
  /** When the newest packet came, by the last reading. */
  packetAtMs: number | null = null
  /** The last reading has changed what the link may use. */
  hasNewAllowance = false

  get stats(): LinkStats | null {
    return this.#before?.stats ?? null
  }

  get ease(): Ease {
    return this.#uplink.ease
  }

  /** There is another connection: its sums begin at nothing. */
  begin(): void {
    this.#lines = {}
    this.#before = null
    this.#beforeAtMs = -Infinity
  }

  /** The path was interrupted, or is back from that. */
  interrupted(nowMs: number): void {
    this.#uplink = carefulUplink(nowMs)
  }

  setLines(lines: Lines): void {
    this.#lines = lines
  }

  /** False if there is nothing new. A path that carries nothing tells nothing of what it could. Never rejects. */
  async read(connection: RTCPeerConnection, nowMs: number, isConnected: boolean): Promise<boolean> {
    if (this.#isReading) return false
    this.#isReading = true
    // A connection that closes meanwhile may refuse; then there is nothing to know.
    const report = await connection.getStats().catch(() => null)
    this.#isReading = false
    if (report === null) return false
    const mids = Object.fromEntries(lineNames.map((name) => [name, this.#lines[name]?.mid]))
    const reading = readStats(report.values(), mids, this.#before)
    const { packetAgeMs } = reading.stats
    this.packetAtMs = packetAgeMs === null ? null : nowMs - packetAgeMs
    this.hasNewAllowance = false
    if (nowMs - this.#beforeAtMs < intervalMsMin) return true
    this.#before = reading
    this.#beforeAtMs = nowMs
    if (isConnected) this.#allow(reading.stats, nowMs)
    return true
  }

  #allow(stats: LinkStats, nowMs: number): void {
    const before = this.ease
    this.#uplink = stepUplink(this.#uplink, stats, nowMs)
    this.hasNewAllowance = before !== this.ease
  }
}
