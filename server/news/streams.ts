/**
 * News as server-sent events: one stream of bytes for each page that follows them.
 *
 * Invariant: a stream ends when its session does, within a second of its end by hand (H-11), and by the next beat when
 * time ends it; a page that does not read holds nothing back but its own stream.
 */
import { AppError } from '#shared/errors.ts'
import type { PersonId } from '#shared/ids.ts'
import { newsBeatMs, newsReadersMax, newsWaitingMax } from '#shared/limits.ts'
import type { NewsEvent } from '#shared/news.ts'
import type { Visitor } from '../ports.ts'
import type { News } from './news.ts'

/** Pages that lost the server come back one by one: each after a time of its own between these, in ms. */
const comeBackMs = { min: 1_000, max: 4_000 } as const

type Stream = Readonly<{
  visitor: Visitor
  cookieHeader: string | undefined
  send: (text: string) => void
  end: () => void
}>

type Options = Readonly<{
  news: Pick<News, 'follow'>
  /** The visitor behind a Cookie header, or null. */
  visitorOf: (cookieHeader: string | undefined) => Visitor | null
}>

export type NewsStreams = ReturnType<typeof createNewsStreams>

export function createNewsStreams({ news, visitorOf }: Options) {
  const streams = new Set<Stream>()
  const encoder = new TextEncoder()

  function countOf(personId: PersonId): number {
    return [...streams].filter(({ visitor }) => visitor.personId === personId).length
  }

  function beat(): void {
    for (const stream of streams) {
      if (visitorOf(stream.cookieHeader)?.sessionKey === stream.visitor.sessionKey) stream.send(':\n\n')
      else stream.end()
    }
  }

  const timer = setInterval(beat, newsBeatMs)
  timer.unref()

  return {
    /** Throws too-many-sockets. */
    open(visitor: Visitor, cookieHeader: string | undefined): ReadableStream<Uint8Array> {
      if (countOf(visitor.personId) >= newsReadersMax) throw new AppError('too-many-sockets')
      let forget: () => void = () => undefined
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const send = (text: string): void => {
              if ((controller.desiredSize ?? 0) <= 0) stream.end()
              else controller.enqueue(encoder.encode(text))
            }
            const stream: Stream = {
              visitor,
              cookieHeader,
              send,
              end() {
                forget()
                controller.close()
              },
            }
            const unfollow = news.follow(visitor.personId, {
              tell: (event) => {
                send(textOf(event))
              },
            })
            forget = () => {
              unfollow()
              streams.delete(stream)
            }
            streams.add(stream)
            send(`retry: ${String(comeBackAfterMs())}\n\n`)
          },
          cancel() {
            forget()
          },
        },
        { highWaterMark: newsWaitingMax },
      )
    },
    sessionEnded(sessionKey: string): void {
      for (const stream of streams) if (stream.visitor.sessionKey === sessionKey) stream.end()
    },
    [Symbol.dispose](): void {
      clearInterval(timer)
      for (const stream of streams) stream.end()
    },
  }
}

/** As the standard says: a name, then the data, which JSON keeps in one line. */
function textOf(event: NewsEvent): string {
  const data = event.kind === 'rooms' ? '' : JSON.stringify(event.news)
  return `event: ${event.kind}\ndata: ${data}\n\n`
}

function comeBackAfterMs(): number {
  return Math.round(comeBackMs.min + Math.random() * (comeBackMs.max - comeBackMs.min))
}
