/**
 * Takes the noise out of a voice: RNNoise in an audio worklet, all on this device.
 *
 * A worklet tells nobody that it could not begin; it is silent then. So the binary is compiled here first, which a
 * browser that forbids it refuses, and what comes out is compared with what goes in before anybody gets it.
 */
import { RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor'
import workletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url'
import binaryUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url'
import type { RunningEffect } from '../world.ts'

/** RNNoise knows no other. */
const sampleRate = 48_000
/** A worklet that lets nothing through for this long, although there is sound, never will. */
const beginMsMax = 10_000
/** At a microphone without any sound there is nothing to compare. */
const quietMsMax = 1_500
const lookMs = 20

export async function suppressNoise(source: MediaStreamTrack, onFail: () => void): Promise<RunningEffect> {
  const binary = await fetchBinary()
  const graph = new Graph()
  try {
    await graph.open(source, binary, onFail)
    return graph
  } catch (error) {
    graph[Symbol.dispose]()
    throw error
  }
}

async function fetchBinary(): Promise<ArrayBuffer> {
  const response = await fetch(binaryUrl)
  if (!response.ok) throw new Error(`${binaryUrl} gave ${String(response.status)}`)
  const binary = await response.arrayBuffer()
  await WebAssembly.compile(binary)
  return binary
}

class Graph implements RunningEffect {
  readonly #context = new AudioContext({ sampleRate, latencyHint: 'interactive' })
  readonly #destination = this.#context.createMediaStreamDestination()
  #node: RnnoiseWorkletNode | null = null

  get track(): MediaStreamTrack {
    const [track] = this.#destination.stream.getAudioTracks()
    if (track === undefined) throw new Error('a destination without a track')
    return track
  }

  async open(source: MediaStreamTrack, binary: ArrayBuffer, onFail: () => void): Promise<void> {
    const context = this.#context
    await context.audioWorklet.addModule(workletUrl)
    this.#destination.channelCount = 1
    const voice = context.createMediaStreamSource(new MediaStream([source]))
    const node = (this.#node = new RnnoiseWorkletNode(context, { maxChannels: 1, wasmBinary: binary }))
    node.channelCountMode = 'explicit'
    node.channelCount = 1
    node.addEventListener('processorerror', onFail)
    voice.connect(node).connect(this.#destination)
    await this.#begin(voice, node)
  }

  [Symbol.dispose](): void {
    this.#node?.destroy()
    this.#node?.disconnect()
    this.track.stop()
    // Closing an already closed context rejects; there is nothing left to do then.
    void this.#context.close().catch(() => undefined)
  }

  /** Resolves once something comes out, or nothing goes in; rejects if that which goes in does not come out. */
  async #begin(voice: AudioNode, node: AudioNode): Promise<void> {
    const ears = [voice, node].map((from) => {
      const ear = this.#context.createAnalyser()
      from.connect(ear)
      return { from, ear, samples: new Float32Array(ear.fftSize) }
    })
    const hears = ears.map(({ ear, samples }) => () => {
      ear.getFloatTimeDomainData(samples)
      return samples.some((sample) => sample !== 0)
    })
    const [hearsVoice, hearsResult] = hears
    let wasVoice = false
    try {
      for (let waitedMs = 0; waitedMs < beginMsMax; waitedMs += lookMs) {
        // A page that nobody has touched yet starts its sound suspended.
        if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined)
        if (hearsResult?.() === true) return
        wasVoice ||= hearsVoice?.() === true
        const isRunning = this.#context.state === 'running'
        if (isRunning && !wasVoice && waitedMs >= quietMsMax) return
        await new Promise((resolve) => setTimeout(resolve, lookMs))
      }
    } finally {
      for (const { from, ear } of ears) from.disconnect(ear)
    }
    throw new Error('noise suppression lets nothing through')
  }
}
