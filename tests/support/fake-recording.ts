/** A recorder's world in Node: pieces, a full disk and a broken encoder come at the test's word. */
import type {
  CaptureListener,
  RecorderWorld,
  RecordingFormat,
  Scene,
} from '#web/call/engine/recording/world.ts'
import { FakeClock } from './fake-call-clock.ts'

export const emptyScene: Scene = {
  order: { main: null, others: [] },
  speakerId: null,
  voices: [],
  ownSounds: [],
}

export class FakeRecording {
  readonly clock = new FakeClock()
  format: RecordingFormat | null = { mimeType: 'video/mp4', extension: 'mp4' }
  /** Bytes the disk has room for. */
  roomBytes = Infinity
  /** Opening a file, or a studio, fails. */
  isBroken = false
  /** Holds the opening of the file back until the test lets it through. */
  gate: Promise<void> = Promise.resolve()
  /** Names of the files that are there, and their pieces. */
  readonly files = new Map<string, string[]>()
  readonly openFiles = new Set<string>()
  readonly scenes: Scene[] = []
  studiosOpen = 0
  capturesOpen = 0
  #listener: CaptureListener | null = null

  /** The encoder hands over what it has. */
  piece(text: string): void {
    this.#listener?.piece(new Blob([text]))
  }

  /** The encoder ends by itself. */
  breakEncoder(): void {
    this.#end(true)
  }

  world(): RecorderWorld {
    return {
      clock: this.clock,
      format: () => this.format,
      openFile: async (name) => {
        await this.gate
        if (this.isBroken) throw new DOMException('', 'NotAllowedError')
        const pieces: string[] = []
        this.files.set(name, pieces)
        this.openFiles.add(name)
        return {
          write: async (piece) => {
            if (piece.size > this.roomBytes) throw new DOMException('', 'QuotaExceededError')
            this.roomBytes -= piece.size
            pieces.push(await piece.text())
          },
          finish: async () => {
            this.openFiles.delete(name)
            return new Blob(pieces)
          },
          discard: async () => {
            this.openFiles.delete(name)
            this.files.delete(name)
          },
        }
      },
      openStudio: () => {
        this.studiosOpen++
        return {
          stream: {} as MediaStream,
          show: (scene) => this.scenes.push(scene),
          [Symbol.dispose]: () => this.studiosOpen--,
        }
      },
      capture: (_stream, _format, listener) => {
        this.capturesOpen++
        this.#listener = listener
        return () => {
          this.piece('end')
          this.#end(false)
        }
      },
    }
  }

  #end(hasFailed: boolean): void {
    const listener = this.#listener
    this.#listener = null
    if (listener === null) return
    this.capturesOpen--
    listener.ended(hasFailed)
  }
}
