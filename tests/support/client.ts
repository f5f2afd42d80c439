/** A browser as the API sees it, without the browser: keeps its cookie, and sends its page's origin. */
import assert from 'node:assert/strict'
import {
  paths,
  type AcceptInviteRequest,
  type AcceptInviteResponse,
  type CredentialsRequest,
  type InviteResponse,
  type MeResponse,
  type RoomResponse,
  type RoomsResponse,
  type SignedIn,
} from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import type { RoomAccess } from '#shared/room.ts'

/** Good enough for every person of every test. */
export const password = 'three quiet herons'

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Parts = Readonly<{
  /** Sent as JSON unless it is text or bytes. */
  body?: unknown
  /** Null leaves out what would be sent otherwise. */
  headers?: Readonly<Record<string, string | null>>
}>

export type Answer = Readonly<{ status: number; headers: Headers; body: unknown }>

export class TestClient {
  readonly origin: string
  /** What the Cookie header says; empty for a stranger. */
  cookie = ''

  constructor(server: Readonly<{ origin: string }>) {
    this.origin = server.origin
  }

  /** Somebody who has just registered. */
  static async register(server: Readonly<{ origin: string }>, name: string): Promise<TestClient> {
    const client = new TestClient(server)
    await client.register(name)
    return client
  }

  /** Somebody let into a room by its link, with just a name. */
  static async guest(
    server: Readonly<{ origin: string }>,
    token: string,
    guestName: string,
  ): Promise<TestClient> {
    const client = new TestClient(server)
    await client.accept(token, { guestName })
    return client
  }

  /** Whatever the answer is. */
  async send(method: Method, path: string, { body, headers = {} }: Parts = {}): Promise<Answer> {
    const isChange = method !== 'GET' && method !== 'HEAD'
    const wanted: Record<string, string | null> = {
      ...(isChange ? { origin: this.origin, 'content-type': 'application/json' } : {}),
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
      ...headers,
    }
    const sent = Object.entries(wanted).filter((pair): pair is [string, string] => pair[1] !== null)
    const response = await fetch(this.origin + path, {
      method,
      headers: sent,
      redirect: 'manual',
      ...(isChange ? { body: bodyOf(body) } : {}),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    }
  }

  /** The answer's body; anything but success fails the test. */
  async ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const answer = await this.send(method, path, { body })
    assert.ok(
      answer.status < 300,
      `${method} ${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`,
    )
    return answer.body as T
  }

  async register(name: string): Promise<SignedIn> {
    return this.ask('POST', paths.register, { name, password } satisfies CredentialsRequest)
  }

  async login(name: string): Promise<SignedIn> {
    return this.ask('POST', paths.login, { name, password } satisfies CredentialsRequest)
  }

  async logout(): Promise<void> {
    await this.ask('POST', paths.logout)
  }

  async me(): Promise<MeResponse> {
    return this.ask('GET', paths.me)
  }

  async rooms(): Promise<RoomsResponse> {
    return this.ask('GET', paths.rooms)
  }

  async createRoom(title = 'Garden', access: RoomAccess = 'invite'): Promise<RoomResponse> {
    return this.ask('POST', paths.rooms, { title, access })
  }

  async joinRoom(id: RoomId): Promise<RoomResponse> {
    return this.ask('POST', paths.joinRoom(id))
  }

  async invite(id: RoomId): Promise<InviteResponse> {
    return this.ask('POST', paths.invites(id))
  }

  async accept(token: string, request: AcceptInviteRequest = {}): Promise<AcceptInviteResponse> {
    return this.ask('POST', paths.acceptInvite(token), request)
  }

  #keep(setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split(';')
    const isEnd = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))
    this.cookie = isEnd ? '' : pair
  }
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  return JSON.stringify(body ?? {})
}
