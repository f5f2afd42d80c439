/**
 * When the other side of a link was last heard, and what follows from its silence. Rules CA5 and CA11 of
 * docs/PROTOCOL.md.
 *
 * Three things are heard: what it says on the control channel, any packet of its media, and what a third passes on
 * from it. No state of a connection counts: on a dead path both the connection and its channel look well for seconds.
 */

/** Who has said nothing for this long may be gone. */
const silenceMs = 2_000
/**
 * … or, where the server says so, for this long: two of its pings. A hidden page pings more rarely, and so does a bad
 * path: then for twice the gap that it has.
 */
const silenceMsMin = 600
/** The longest gap is forgotten by a tenth with each ping. */
const gapKept = 0.9
/** A path on which nothing comes for this long is as good as lost. */
const lostAfterMs = 2_000
/** Somebody who is asked says something within this time. */
const answerMs = 1_200
/** From this long on a third is asked to pass on what this side has to say. */
const relayAfterMs = 1_000

export class Hearing {
  #saidAtMs = -Infinity
  #packetAtMs = -Infinity
  #toldAtMs = -Infinity
  #gapMs = 0
  #askedAtMs = -Infinity
  #hasSaid = false

  /** It has said something on its channel. */
  said(nowMs: number): void {
    if (this.#saidAtMs > -Infinity) this.#gapMs = Math.max(nowMs - this.#saidAtMs, this.#gapMs * gapKept)
    this.#saidAtMs = nowMs
    this.#hasSaid = true
  }

  /** The newest packet of its media came at this time. */
  packet(atMs: number): void {
    this.#packetAtMs = Math.max(this.#packetAtMs, atMs)
  }

  /** A third has passed something on from it. */
  told(nowMs: number): void {
    this.#toldAtMs = nowMs
  }

  /** It was asked to say something. */
  asked(nowMs: number): void {
    this.#askedAtMs = nowMs
  }

  /** It has closed its connection. */
  closed(): void {
    this.#saidAtMs = -Infinity
    this.#packetAtMs = -Infinity
  }

  /** It has said something at least once. */
  get hasSaid(): boolean {
    return this.#hasSaid
  }

  /** How long its channel has been silent. */
  channelSilentMs(nowMs: number): number {
    return nowMs - this.#saidAtMs
  }

  /** Nothing at all comes from it. */
  isSilent(nowMs: number): boolean {
    return nowMs - this.#newestMs() >= silenceMs
  }

  /** The same for one that the server has said is gone. */
  isSilentForGone(nowMs: number): boolean {
    return nowMs - this.#newestMs() >= Math.min(silenceMs, Math.max(silenceMsMin, 2 * this.#gapMs))
  }

  /** Its path carries nothing, or did not bring an answer. */
  isLost(nowMs: number): boolean {
    const atMs = Math.max(this.#saidAtMs, this.#packetAtMs)
    return nowMs - atMs >= lostAfterMs || (this.#askedAtMs > atMs && nowMs - this.#askedAtMs >= answerMs)
  }

  /** What is said to it on the channel likely does not arrive. */
  needsRelay(nowMs: number): boolean {
    return this.#hasSaid && nowMs - this.#saidAtMs >= relayAfterMs
  }

  #newestMs(): number {
    return Math.max(this.#saidAtMs, this.#packetAtMs, this.#toldAtMs)
  }
}
