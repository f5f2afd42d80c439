/**
 * The HTTP API from the page's side: one function per route of shared/http.ts.
 *
 * Every failure is an AppError: the server's code, or `network-away` when no answer of this server came.
 */
import { AppError, errorRow, isErrorCode } from '#shared/errors.ts'
import {
  paths,
  type AcceptInviteRequest,
  type AcceptInviteResponse,
  type ChangeRoomRequest,
  type CreateRoomRequest,
  type CredentialsRequest,
  type InviteInfo,
  type InviteResponse,
  type MarkReadRequest,
  type MeResponse,
  type RoomResponse,
  type RoomsResponse,
  type SignedIn,
} from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'

/** A server that has not answered by then counts as away. */
const timeoutMs = 15_000

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export async function request(
  method: Method,
  path: string,
  body?: object,
  signal = AbortSignal.timeout(timeoutMs),
): Promise<unknown> {
  const response = await send(method, path, body, signal)
  if (response.status === 204) return undefined
  const answer: unknown = await response.json().catch((cause: unknown) => {
    // Something in between answered: a proxy's page, a captive portal.
    throw new AppError('network-away', { cause })
  })
  if (response.ok) return answer
  const code: unknown = (answer as { code?: unknown } | null)?.code
  if (!isErrorCode(code)) throw new AppError('server-fault', { cause: response.status })
  const retryAfterSeconds = Number(response.headers.get('retry-after'))
  throw new AppError(code, retryAfterSeconds > 0 ? { retryAfterSeconds } : {})
}

async function send(
  method: Method,
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      signal,
      ...(method === 'GET'
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
    })
  } catch (cause) {
    throw new AppError('network-away', { cause })
  }
}

export const api = {
  me: () => request('GET', paths.me) as Promise<MeResponse>,
  register: (credentials: CredentialsRequest) =>
    request('POST', paths.register, credentials) as Promise<SignedIn>,
  login: (credentials: CredentialsRequest) => request('POST', paths.login, credentials) as Promise<SignedIn>,
  logout: () => request('POST', paths.logout) as Promise<void>,
  rooms: () => request('GET', paths.rooms) as Promise<RoomsResponse>,
  createRoom: (room: CreateRoomRequest) => request('POST', paths.rooms, room) as Promise<RoomResponse>,
  room: (id: RoomId) => request('GET', paths.room(id)) as Promise<RoomResponse>,
  joinRoom: (id: RoomId) => request('POST', paths.joinRoom(id)) as Promise<RoomResponse>,
  leaveRoom: (id: RoomId) => request('POST', paths.leaveRoom(id)) as Promise<void>,
  changeRoom: (id: RoomId, change: ChangeRoomRequest) =>
    request('PATCH', paths.room(id), change) as Promise<RoomResponse>,
  markRead: (id: RoomId, mark: MarkReadRequest) => request('PUT', paths.markRead(id), mark) as Promise<void>,
  createInvite: (id: RoomId) => request('POST', paths.invites(id)) as Promise<InviteResponse>,
  invite: (token: string) => request('GET', paths.invite(token)) as Promise<InviteInfo>,
  acceptInvite: (token: string, answer: AcceptInviteRequest) =>
    request('POST', paths.acceptInvite(token), answer) as Promise<AcceptInviteResponse>,
} as const

/** What happened and what can be done, of anything thrown. */
export function wordsOf(error: unknown): string {
  const { sentence, fix } = errorRow(codeOf(error))
  return `${sentence} ${fix}`
}

/** The code of anything thrown: what is not ours is a fault of the program. */
export function codeOf(error: unknown): AppError['code'] {
  return error instanceof AppError ? error.code : 'server-fault'
}
