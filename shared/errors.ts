/**
 * Every error a person or a program can meet: its code, what is said, and what can be done.
 *
 * Invariant: a code is never renamed; docs/ERRORS.md is printed from this table (`npm run errors`).
 */
import { closeCodes, type CloseCode } from './wire/close-codes.ts'

type ErrorRow = Readonly<{
  /** HTTP status when a request meets it. */
  status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 414 | 415 | 422 | 426 | 429 | 431 | 500 | 503
  /** WebSocket close code when a socket meets it, or null if it never closes one. */
  close: CloseCode | null
  /** What happened, for a person. */
  sentence: string
  /** What they can do about it. */
  fix: string
}>

export const errorTable = {
  'request-malformed': {
    status: 400,
    close: null,
    sentence: 'The request could not be read.',
    fix: 'Reload the page.',
  },
  'request-too-large': {
    status: 413,
    close: null,
    sentence: 'The request is too large.',
    fix: 'Send less at once.',
  },
  'url-too-long': {
    status: 414,
    close: null,
    sentence: 'The address is too long.',
    fix: 'Check the link: it should be one line.',
  },
  'headers-too-large': {
    status: 431,
    close: null,
    sentence: 'The headers of the request are too large.',
    fix: 'Clear the cookies of this site, then try again.',
  },
  'request-not-json': {
    status: 415,
    close: null,
    sentence: 'The request is not JSON.',
    fix: 'Send it with the content type application/json.',
  },
  'origin-refused': {
    status: 403,
    close: null,
    sentence: 'The request came from another site.',
    fix: 'Open this server by its own address, its PUBLIC_ORIGIN.',
  },
  'not-found': {
    status: 404,
    close: closeCodes.forbidden,
    sentence: 'There is nothing here, or it is not open to you.',
    fix: 'Check the link, or ask the person who sent it for an invite.',
  },
  'signed-out': {
    status: 401,
    close: closeCodes.signedOut,
    sentence: 'You are not signed in.',
    fix: 'Sign in again. What you wrote is kept on this device.',
  },
  'credentials-wrong': {
    status: 401,
    close: null,
    sentence: 'This name and password do not belong together.',
    fix: 'Check both. Names are compared without regard to capitals.',
  },
  forbidden: {
    status: 403,
    close: closeCodes.forbidden,
    sentence: 'You may not do this here.',
    fix: 'Ask the owner of the room.',
  },
  'name-empty': {
    status: 422,
    close: null,
    sentence: 'A name is needed.',
    fix: 'Enter at least one visible character.',
  },
  'name-too-long': {
    status: 422,
    close: null,
    sentence: 'The name is too long.',
    fix: 'Use at most 64 characters.',
  },
  'name-malformed': {
    status: 422,
    close: null,
    sentence: 'The name contains characters that cannot be shown.',
    fix: 'Type it again without control characters.',
  },
  'name-taken': {
    status: 409,
    close: null,
    sentence: 'Somebody here already has this name.',
    fix: 'Choose another name, or sign in if it is yours.',
  },
  'password-too-short': {
    status: 422,
    close: null,
    sentence: 'The password is too short.',
    fix: 'Use at least 12 characters. A few words in a row are easy to remember.',
  },
  'password-too-long': {
    status: 422,
    close: null,
    sentence: 'The password is too long.',
    fix: 'Use at most 256 characters.',
  },
  'password-malformed': {
    status: 422,
    close: null,
    sentence: 'The password contains half of a character.',
    fix: 'Type it again.',
  },
  'password-common': {
    status: 422,
    close: null,
    sentence: 'This password is among the first that anyone would try.',
    fix: 'Choose one that only you would think of.',
  },
  'password-contains-name': {
    status: 422,
    close: null,
    sentence: 'The password contains your name.',
    fix: 'Choose one without it.',
  },
  'title-empty': {
    status: 422,
    close: null,
    sentence: 'A room needs a name.',
    fix: 'Enter at least one visible character.',
  },
  'title-too-long': {
    status: 422,
    close: null,
    sentence: 'The room’s name is too long.',
    fix: 'Use at most 100 characters.',
  },
  'room-archived': {
    status: 409,
    close: null,
    sentence: 'This room is archived: it can be read, and nothing more.',
    fix: 'Its owner can bring it back.',
  },
  'topic-too-long': {
    status: 422,
    close: null,
    sentence: 'The topic is too long.',
    fix: 'Use at most 200 characters.',
  },
  'topic-malformed': {
    status: 422,
    close: null,
    sentence: 'The topic contains characters that cannot be shown.',
    fix: 'Type it again without control characters.',
  },
  'owner-cannot-leave': {
    status: 409,
    close: null,
    sentence: 'You own this room, so you cannot leave it.',
    fix: 'Make somebody else its owner first.',
  },
  'room-removed': {
    status: 403,
    close: closeCodes.forbidden,
    sentence: 'You were removed from this room.',
    fix: 'What you wrote stays.',
  },
  'room-banned': {
    status: 403,
    close: closeCodes.forbidden,
    sentence: 'This room does not let you in.',
    fix: 'Ask those who moderate it.',
  },
  'pair-cannot-leave': {
    status: 409,
    close: null,
    sentence: 'A conversation of two cannot be left.',
    fix: 'Mute it: it will not disturb you any more.',
  },
  'direct-closed': {
    status: 409,
    close: null,
    sentence: 'Nobody else can be let into a conversation.',
    fix: 'Begin a new one with everybody, or make a room.',
  },
  'no-relay': {
    status: 409,
    close: null,
    sentence: 'This server has no relay.',
    fix: 'Ask whoever runs it to set one up.',
  },
  'push-service-unknown': {
    status: 400,
    close: null,
    sentence: 'This server does not send to the push service of this browser.',
    fix: 'Whoever runs it can allow that. While Stoa is open, you are told all the same.',
  },
  'too-many-requests': {
    status: 429,
    close: closeCodes.tooMuch,
    sentence: 'That was too much at once.',
    fix: 'Wait a moment, then try again.',
  },
  'too-many-sockets': {
    status: 429,
    close: closeCodes.tooMuch,
    sentence: 'Too many connections come from your network.',
    fix: 'Close pages you do not need, then reload.',
  },
  'too-many-documents': {
    status: 429,
    close: closeCodes.tooMuch,
    sentence: 'Too many documents are open at once.',
    fix: 'Reload the page.',
  },
  'network-away': {
    status: 503,
    close: null,
    sentence: 'The server cannot be reached.',
    fix: 'Check your connection, then try again. What you wrote is kept on this device.',
  },
  'server-busy': {
    status: 503,
    close: null,
    sentence: 'The server is busy.',
    fix: 'Try again in a few seconds.',
  },
  'server-stopping': {
    status: 503,
    close: closeCodes.goingAway,
    sentence: 'The server is restarting.',
    fix: 'Nothing to do: this page reconnects by itself, and what you write is kept on this device.',
  },
  'server-fault': {
    status: 500,
    close: null,
    sentence: 'The server made a mistake.',
    fix: 'Try again. Whoever runs it finds the reason in its log.',
  },
  'storage-failed': {
    status: 503,
    close: closeCodes.readOnly,
    sentence: 'The server cannot save anything right now.',
    fix: 'What you write is kept on this device and sent when the server can save again.',
  },
  'frame-malformed': {
    status: 400,
    close: closeCodes.malformed,
    sentence: 'The server did not understand what this page sent.',
    fix: 'Reload the page. What you wrote is kept on this device.',
  },
  'document-forbidden': {
    status: 403,
    close: closeCodes.forbidden,
    sentence: 'This part of the room is not open to you.',
    fix: 'Ask the owner of the room.',
  },
  'update-refused': {
    status: 422,
    close: closeCodes.refused,
    sentence: 'The server refused a change from this page.',
    fix: 'Reload the page. What you wrote is kept on this device.',
  },
  'peer-replaced': {
    status: 409,
    close: closeCodes.duplicate,
    sentence: 'This page has connected again.',
    fix: 'Nothing to do: the newer connection goes on.',
  },
  'client-outdated': {
    status: 426,
    close: closeCodes.outdated,
    sentence: 'This page is older than the server.',
    fix: 'Reload it. What you wrote is kept on this device, and sent then.',
  },
  'server-outdated': {
    status: 426,
    close: closeCodes.outdated,
    sentence: 'This page is newer than the server.',
    fix: 'Reload it. What you wrote is kept on this device, and sent once the server is as new.',
  },
  'too-slow': {
    status: 408,
    close: closeCodes.tooSlow,
    sentence: 'The connection is too slow to keep up.',
    fix: 'Nothing to do: this page reconnects by itself.',
  },
  'message-empty': {
    status: 422,
    close: null,
    sentence: 'There is nothing to send.',
    fix: 'Write something first.',
  },
  'page-full': {
    status: 409,
    close: null,
    sentence: 'This part of the conversation takes no more changes.',
    fix: 'Write a new message instead.',
  },
  'message-too-long': {
    status: 422,
    close: null,
    sentence: 'The message is too long.',
    fix: 'Split it: a message holds at most 4,000 characters.',
  },
  'pins-full': {
    status: 409,
    close: null,
    sentence: 'This room has as many pinned messages as it can.',
    fix: 'Unpin one first.',
  },
  'file-too-large': {
    status: 413,
    close: null,
    sentence: 'The file is too large for this server.',
    fix: 'Make it smaller.',
  },
  'files-full': {
    status: 413,
    close: null,
    sentence: 'There is no more space for files.',
    fix: 'Delete messages with files. Their space is free after a week.',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable

/** The row of a code, with its types widened for those who look codes up at run time. */
export function errorRow(code: ErrorCode): ErrorRow {
  return errorTable[code]
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value)
}

/** An error with a code from the table, thrown at edges: HTTP handlers, hooks, engine entries. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** Seconds until trying again can help (HTTP Retry-After), if known. */
  readonly retryAfterSeconds: number | null

  constructor(code: ErrorCode, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(`${code}: ${errorTable[code].sentence}`, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}
