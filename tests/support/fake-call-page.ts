/**
 * The page of tests/browser/call-engine.test.ts: real engines, connections and devices of one Chromium, and presence
 * passed on inside the page.
 */
import type { PersonId } from '#shared/ids.ts'
import { browserWorld } from '#web/call/engine/browser-world.ts'
import { createCall, type CallEngine, type ParticipantSnapshot } from '#web/call/engine/call.ts'
import type { CallWorld } from '#web/call/engine/world.ts'
import { PresenceBus } from './fake-call-bus.ts'

/** What a test sees of a participant: everything that can leave the page. */
type Seen = Omit<ParticipantSnapshot, 'voice' | 'camera' | 'screen'> &
  Readonly<{ camera: boolean; screen: boolean }>

class Lab {
  readonly #bus = new PresenceBus((run) => setTimeout(run, 5))
  readonly #calls = new Map<string, CallEngine>()
  readonly #connections = new Map<string, RTCPeerConnection[]>()
  readonly #tracks = new Map<string, MediaStreamTrack[]>()
  #offersCount = 0

  enter(name: string, clientId: number): void {
    const connections: RTCPeerConnection[] = []
    const tracks: MediaStreamTrack[] = []
    this.#connections.set(name, connections)
    this.#tracks.set(name, tracks)
    const real = browserWorld()
    const kept = async (opening: Promise<MediaStream>): Promise<MediaStream> => {
      const stream = await opening
      tracks.push(...stream.getTracks())
      return stream
    }
    const world: CallWorld = {
      ...real,
      media: {
        ...real.media,
        openDevices: (constraints) => kept(real.media.openDevices(constraints)),
        openScreen: (options) => kept(real.media.openScreen(options)),
      },
      connect: (configuration) => {
        const connection = real.connect(configuration)
        connection.addEventListener('signalingstatechange', () => {
          if (connection.signalingState === 'have-local-offer') this.#offersCount++
        })
        connections.push(connection)
        return connection
      },
    }
    const call = createCall({
      world,
      presence: this.#bus.port(clientId, name),
      self: { personId: `person-${name}` as PersonId, name },
    })
    this.#calls.set(name, call)
    call.onChange(() => this.#show(name))
  }

  call(name: string): CallEngine {
    const call = this.#calls.get(name)
    if (call === undefined) throw new Error(`${name} has not entered`)
    return call
  }

  /** What one person sees of another. */
  sees(viewer: string, name: string): Seen | null {
    const participant = this.call(viewer)
      .snapshot()
      .participants.find((one) => one.name === name)
    if (participant === undefined) return null
    const { camera, screen, voice: _left, ...rest } = participant
    return { ...rest, camera: camera !== null, screen: screen !== null }
  }

  /** Frames decoded by everything this person receives. */
  async framesDecoded(name: string): Promise<number> {
    let frames = 0
    for (const connection of this.#open(name)) {
      for (const report of (await connection.getStats()).values() as Iterable<{
        type: string
        framesDecoded?: number
      }>) {
        if (report.type === 'inbound-rtp') frames += report.framesDecoded ?? 0
      }
    }
    return frames
  }

  /** Frames shown of one participant's camera or screen. */
  framesShown(viewer: string, name: string, what: 'camera' | 'screen'): number {
    const video = document.querySelector<HTMLVideoElement>(`#${viewer}-${name}-${what}`)
    return video?.getVideoPlaybackQuality().totalVideoFrames ?? 0
  }

  /** Descriptions offered by anyone so far: each is a negotiation. */
  offersCount(): number {
    return this.#offersCount
  }

  linesCount(name: string): number {
    return this.#open(name)[0]?.getTransceivers().length ?? 0
  }

  openConnections(name: string): number {
    return this.#open(name).length
  }

  liveTracks(name: string): number {
    return (this.#tracks.get(name) ?? []).filter(({ readyState }) => readyState === 'live').length
  }

  /** The browser's own button that ends a share: the track ends without a word from the page. */
  endShare(name: string): void {
    const track = this.#tracks
      .get(name)
      ?.findLast(({ kind, readyState }) => kind === 'video' && readyState === 'live')
    track?.stop()
    track?.dispatchEvent(new Event('ended'))
  }

  stopServer(): void {
    this.#bus.stop()
  }

  startServer(): void {
    this.#bus.start()
  }

  #open(name: string): RTCPeerConnection[] {
    return (this.#connections.get(name) ?? []).filter(({ connectionState }) => connectionState !== 'closed')
  }

  #show(viewer: string): void {
    for (const { name, camera, screen, isSelf } of this.call(viewer).snapshot().participants) {
      if (isSelf) continue
      this.#play(`${viewer}-${name}-camera`, camera)
      this.#play(`${viewer}-${name}-screen`, screen)
    }
  }

  #play(id: string, stream: MediaStream | null): void {
    const video = document.querySelector<HTMLVideoElement>(`#${id}`) ?? document.createElement('video')
    if (video.srcObject === stream) return
    video.id = id
    video.muted = true
    video.autoplay = true
    video.srcObject = stream
    document.body.append(video)
  }
}

export type { Lab }

Object.assign(globalThis, { lab: new Lab() })
