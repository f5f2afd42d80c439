/**
 * One document over the wire: what @hocuspocus/provider does, with the repairs this product needs.
 *
 * The stock provider takes the answer to one change for the answer to another after a reconnect, so it can call
 * changes saved that are not; it never reopens a document that the server ended alone; and it sends changes that came
 * from this device's storage as if they were new. Here:
 *
 * - Each opening has a session of its own in its address, so nothing of an earlier one can be mistaken for it.
 * - Only changes made by this person in this browser, and only between the handshake and the end of its socket, are sent as they
 *   happen. All others travel in the handshake, which compares everything.
 * - Changes count as sent when every frame of this opening that carries any has been called saved (W5).
 */
import * as Y from 'yjs'
import { closeCodes } from '#shared/wire/close-codes.ts'
import {
  encodeAsk,
  encodeAuth,
  encodeClose,
  encodeState,
  encodeUpdate,
  readServerFrame,
  type PresenceEntry,
  type ServerFrame,
} from './frames.ts'
import { Listeners } from './listeners.ts'
import { byNeighbour } from './neighbours.ts'
import type { Undo } from './ports.ts'
import { finalCodeOfReason, retryDelayMs } from './retry.ts'
import { fitsOneChange, splitUpdate } from './split.ts'
import type { Wire } from './wire.ts'
import type { SyncWorld } from './world.ts'

/** One opening of the document, from the request to the end of the document or its socket. */
type Opening = {
  readonly address: string
  isGranted: boolean
  /** The server's state has arrived. */
  hasState: boolean
  /** The server has been given all that it lacked. From then on changes are sent as they happen. */
  hasGiven: boolean
  /** Frames with changes that have no answer yet. */
  unansweredCount: number
  /** A change was refused for good: what this replica holds will never all be saved. */
  hasUnsaved: boolean
}

type Options = Readonly<{
  world: SyncWorld
  wire: Wire
  name: string
  doc: Y.Doc
  /** What is known before the server says it. */
  canWrite: boolean
}>

export class DocumentLink {
  readonly #world: SyncWorld
  readonly #wire: Wire
  readonly #name: string
  readonly #doc: Y.Doc
  readonly #changes = new Listeners()
  readonly #presence = new Listeners<[readonly PresenceEntry[]]>()
  readonly #notes = new Listeners<[string]>()
  readonly #undos: readonly Undo[]
  #opening: Opening | null = null
  #cancelRetry: Undo | null = null
  #failedCount = 0
  #isStarted = false
  #hasUnsent = false
  /** What the server allows; what it allowed last while there is no connection. */
  #canWrite: boolean

  constructor({ world, wire, name, doc, canWrite }: Options) {
    this.#world = world
    this.#wire = wire
    this.#name = name
    this.#doc = doc
    this.#canWrite = canWrite
    const update = (bytes: Uint8Array, origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
      if (transaction.local || origin === byNeighbour) this.#send(bytes)
    }
    doc.on('update', update)
    this.#undos = [
      () => {
        doc.off('update', update)
      },
      wire.onChange(() => {
        this.#follow()
      }),
      wire.onFrame((head, frame) => {
        if (head.address !== this.#opening?.address) return
        this.#receive(readServerFrame(frame, head.type, head.bodyAt))
      }),
    ]
  }

  /** Begins once the replica holds what this device kept: the handshake compares all of it. */
  start(): void {
    this.#isStarted = true
    this.#follow()
  }

  /** The address of this opening once the server has let it in; null before, and while there is none. */
  get address(): string | null {
    return this.#opening?.isGranted === true ? this.#opening.address : null
  }

  /** True while this replica and the server agree, but for what is under way. */
  get isCurrent(): boolean {
    return this.#opening?.hasState === true
  }

  get hasUnsent(): boolean {
    return this.#hasUnsent
  }

  /** What waited has been given to the server, and changes are as they happen. */
  get isGiving(): boolean {
    return this.#opening?.hasGiven === true
  }

  get canWrite(): boolean {
    return this.#canWrite
  }

  /** There are changes of which the server may not know. */
  markUnsent(): void {
    this.#hasUnsent = true
  }

  /** After any change of what this tells of itself. */
  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  onPresence(listener: (entries: readonly PresenceEntry[]) => void): Undo {
    return this.#presence.add(listener)
  }

  /** What the server has to say beside the document. */
  onNote(listener: (text: string) => void): Undo {
    return this.#notes.add(listener)
  }

  /** Sends a frame that the server answers. */
  ask(): void {
    if (this.address !== null) this.#wire.send(encodeAsk(this.address, this.#doc))
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos) undo()
    this.#changes.clear()
    this.#presence.clear()
    this.#notes.clear()
    this.#cancelRetry?.()
    if (this.#opening !== null) this.#wire.send(encodeClose(this.#opening.address))
    this.#opening = null
  }

  /** Opens the document where there is a socket, and forgets the opening where there is none. */
  #follow(): void {
    if (this.#wire.isOpen && this.#isStarted) {
      if (this.#opening === null && this.#cancelRetry === null) this.#open()
      return
    }
    this.#cancelRetry?.()
    this.#cancelRetry = null
    this.#failedCount = 0
    if (this.#opening === null) return
    this.#opening = null
    this.#changes.tell()
  }

  #open(): void {
    const session = Math.floor(this.#world.random32()).toString(36)
    const opening: Opening = {
      address: `${this.#name}\0${session}`,
      isGranted: false,
      hasState: false,
      hasGiven: false,
      unansweredCount: 0,
      hasUnsaved: false,
    }
    this.#opening = opening
    this.#wire.send(encodeAuth(opening.address))
    this.#wire.send(encodeAsk(opening.address, this.#doc))
  }

  #send(update: Uint8Array): void {
    this.#hasUnsent = true
    const opening = this.#opening
    if (opening?.hasGiven === true) {
      if (fitsOneChange(update)) {
        opening.unansweredCount += 1
        this.#wire.send(encodeUpdate(opening.address, update))
      } else this.#give(opening, update)
    }
    this.#changes.tell()
  }

  /** As a handshake does, which may bring more than a change. */
  #give(opening: Opening, update: Uint8Array): void {
    for (const part of splitUpdate(update)) {
      opening.unansweredCount += 1
      this.#wire.send(encodeState(opening.address, part))
    }
  }

  #receive(frame: ServerFrame): void {
    const opening = this.#opening
    if (opening === null) return
    switch (frame.kind) {
      case 'granted': {
        // Told again, this person may write after all: from another opening on, which gives what was left out (BO5).
        const isOutdated = opening.isGranted && frame.canWrite
        opening.isGranted = true
        this.#canWrite = frame.canWrite
        if (isOutdated) {
          this.#open()
          this.#wire.send(encodeClose(opening.address))
        }
        break
      }
      case 'denied':
      case 'ended':
        this.#ended(frame.reason)
        return
      case 'asked':
        opening.hasGiven = true
        // Another page of this device may have kept it, or have taken the mark of it away.
        if (isAhead(this.#doc, frame.stateVector)) this.#hasUnsent = true
        this.#give(opening, Y.encodeStateAsUpdate(this.#doc, frame.stateVector))
        break
      case 'state':
        opening.hasState = true
        this.#failedCount = 0
        Y.applyUpdate(this.#doc, frame.update, this)
        break
      case 'update':
        Y.applyUpdate(this.#doc, frame.update, this)
        return
      case 'saved':
      case 'unsaved':
        opening.unansweredCount -= 1
        if (frame.kind === 'unsaved') opening.hasUnsaved = true
        if (opening.unansweredCount === 0 && !opening.hasUnsaved) this.#hasUnsent = false
        break
      case 'note':
        this.#notes.tell(frame.text)
        return
      case 'presence':
        this.#presence.tell(frame.entries)
        return
      case 'other':
        return
    }
    this.#changes.tell()
  }

  /** The server ended this document and left the socket open. */
  #ended(reason: string): void {
    this.#opening = null
    const finalCode = finalCodeOfReason(reason)
    if (finalCode !== null) {
      this.#wire.end(finalCode)
      return
    }
    const delayMs = retryDelayMs(this.#failedCount, closeCodes.readOnly, this.#world.random())
    this.#failedCount += 1
    this.#cancelRetry = this.#world.after(delayMs, () => {
      this.#cancelRetry = null
      this.#follow()
    })
    this.#changes.tell()
  }
}

/** Whether the replica has anything that the server has not. */
function isAhead({ store }: Y.Doc, stateVector: Uint8Array): boolean {
  const known = Y.decodeStateVector(stateVector)
  return [...store.clients.keys()].some((client) => Y.getState(store, client) > (known.get(client) ?? 0))
}
