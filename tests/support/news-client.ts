/** A page that follows what happens in its person's rooms. */
import assert from 'node:assert/strict'
import { newsPath, type MessageNews, type NewsEvent, type RoomNews } from '#shared/news.ts'
import type { TestClient } from './client.ts'
import { until } from './until.ts'

export class NewsClient implements AsyncDisposable {
  readonly events: NewsEvent[] = []
  readonly #gone = new AbortController()
  #hasEnded = false

  static async open(client: TestClient): Promise<NewsClient> {
    const news = new NewsClient()
    const response = await fetch(client.origin + newsPath, {
      headers: { cookie: client.cookie },
      signal: news.#gone.signal,
    })
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.ok(response.body !== null)
    void news.#read(response.body)
    return news
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    try {
      for await (const part of body) {
        text += decoder.decode(part, { stream: true })
        const events = text.split('\n\n')
        text = events.pop() ?? ''
        for (const event of events) this.#take(event)
      }
    } catch {
      // It was cut.
    }
    this.#hasEnded = true
  }

  #take(event: string): void {
    const [, kind, data = ''] = /^event: (\w+)\ndata: (.*)$/u.exec(event) ?? []
    if (kind === 'rooms') this.events.push({ kind })
    if (kind === 'room') this.events.push({ kind, news: JSON.parse(data) as RoomNews })
    if (kind === 'message') this.events.push({ kind, news: JSON.parse(data) as MessageNews })
  }

  get messages(): readonly MessageNews[] {
    return this.events.flatMap((event) => (event.kind === 'message' ? [event.news] : []))
  }

  /** What was told last of each room, newest last. */
  get rooms(): readonly RoomNews[] {
    return this.events.flatMap((event) => (event.kind === 'room' ? [event.news] : []))
  }

  async ends(): Promise<void> {
    await until(() => this.#hasEnded, 'the end of the news')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone.abort()
    await this.ends()
  }
}
