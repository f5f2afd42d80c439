/**
 * One client's frames on their way to its documents.
 *
 * Hocuspocus opens and closes documents, and answers what a replica lacks. What a client changes goes past it: it is
 * judged and applied while its frame is read (decision 2). What comes before Hocuspocus has opened its document waits
 * here, in order: that takes no longer than a few promises, and no more may come at once than a socket may send (W-28).
 */
import type { Connection } from '@hocuspocus/server'
import { encodeSaved } from './client-frames.ts'

/** An update as a client sent it. */
export type Change = Readonly<{
  /** Of the document, as the client calls it. */
  address: string
  update: Uint8Array
  /** It answers what the server lacks. */
  isHandshake: boolean
}>

/** What became of a change; null where there is nothing to say to its writer. */
export type Taken = 'saved' | 'unsaved' | null

type Options<Client> = Readonly<{
  /** To Hocuspocus. */
  handle(frame: Uint8Array): void
  end(): void
  take(connection: Connection<Client>, change: Change): Taken
}>

/** What `saved` says is the same every time. */
type Opened<Client> = Readonly<{ connection: Connection<Client>; savedFrame: Uint8Array }>

export class DocumentFeed<Client> implements Disposable {
  readonly #options: Options<Client>
  readonly #openedByAddress = new Map<string, Opened<Client>>()
  #early: Change[] = []

  constructor(options: Options<Client>) {
    this.#options = options
  }

  /** Any frame but a change. */
  receive(frame: Uint8Array): void {
    this.#options.handle(frame)
  }

  change(change: Change): void {
    const opened = this.#openedByAddress.get(change.address)
    if (opened === undefined) this.#early.push(change)
    else this.#take(opened, change)
  }

  /** Hocuspocus has opened a document. */
  opened(connection: Connection<Client>): void {
    const address = connection.messageAddress
    const opened = { connection, savedFrame: encodeSaved(address, true) }
    this.#openedByAddress.set(address, opened)
    connection.onClose(() => {
      if (this.#openedByAddress.get(address) === opened) this.#openedByAddress.delete(address)
    })
    const early = this.#early
    this.#early = early.filter((change) => change.address !== address)
    for (const change of early) if (change.address === address) this.#take(opened, change)
  }

  #take({ connection, savedFrame }: Opened<Client>, change: Change): void {
    const taken = this.#options.take(connection, change)
    if (taken === null) return
    connection.send(taken === 'saved' ? savedFrame : encodeSaved(change.address, false))
  }

  [Symbol.dispose](): void {
    this.#early = []
    this.#options.end()
  }
}
