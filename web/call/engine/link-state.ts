/**
 * The health of one link, and how it heals. Rules CA2, CA3 and CA5 of docs/PROTOCOL.md.
 *
 * Pure: time comes in with the events; the link runs the effects. Both ends run the same rules with `isPolite` turned
 * round, so that mostly one of them acts.
 */
import { exhaustive } from '#shared/assert.ts'

export type LinkState =
  /** No path yet in this generation. `attempts` counts the rebuilds since it last worked. */
  | Readonly<{
      kind: 'connecting'
      generation: number
      attempts: number
      hasWorked: boolean
      giveUpAtMs: number
    }>
  | Readonly<{ kind: 'connected'; generation: number }>
  /** The path is lost; restarts are tried at `restartAtMs` and on. */
  | Readonly<{ kind: 'interrupted'; generation: number; restartAtMs: number; giveUpAtMs: number }>
  /** Beyond repair; a new connection is built at `rebuildAtMs`. */
  | Readonly<{
      kind: 'failed'
      generation: number
      attempts: number
      hasWorked: boolean
      rebuildAtMs: number
    }>

export type LinkEvent =
  | Readonly<{ kind: 'connection'; state: RTCPeerConnectionState }>
  /** The other side was heard while the connection calls itself connected: a restart need not change its state. */
  | Readonly<{ kind: 'heard' }>
  /** Negotiation cannot go on: a description was refused. */
  | Readonly<{ kind: 'broken' }>
  /** The other side is at a larger generation (CA2). */
  | Readonly<{ kind: 'adopt'; generation: number }>
  /** The device has a network again: the old path is likely dead, whatever the states say. */
  | Readonly<{ kind: 'online' }>
  /** Nothing was heard for too long, whatever the states say. */
  | Readonly<{ kind: 'silent' }>
  | Readonly<{ kind: 'tick' }>

export type LinkEffect = 'restart' | 'rebuild' | null
export type LinkStep = Readonly<{ state: LinkState; effect: LinkEffect }>

/** A route change on Wi-Fi heals by itself within a second. */
const restartAfterMs = 1_200
/** The polite side gives the other this much more, so that one restart is made and not two. */
const politeExtraMs = 2_400
/** A restart that has not worked by then was lost on the way. */
const restartAgainMs = 4_000
/** An interruption this long is answered by a new connection. */
const interruptedMaxMs = 15_000
/** A connection that never came up by then is built anew; twice as long after each attempt. */
const connectingMaxMs = 10_000
const connectingLimitMs = 60_000
/** The first rebuild is immediate, the next wait this long, twice as long after each attempt. */
const rebuildDelayMs = 1_000
const rebuildDelayMaxMs = 15_000

export function startLink(generation: number, nowMs: number): LinkState {
  return connecting(generation, 0, false, nowMs)
}

/** What follows an event; `nowMs` is when it happened. */
export function stepLink(state: LinkState, event: LinkEvent, nowMs: number, isPolite: boolean): LinkStep {
  switch (event.kind) {
    case 'adopt':
      if (event.generation <= state.generation) return { state, effect: null }
      return {
        state: connecting(event.generation, attemptsOf(state), hasWorked(state), nowMs),
        effect: 'rebuild',
      }
    case 'connection':
      return stepConnection(state, event.state, nowMs, isPolite)
    case 'heard':
      if (state.kind !== 'interrupted') return { state, effect: null }
      return { state: { kind: 'connected', generation: state.generation }, effect: null }
    case 'broken':
      return { state: fail(state, nowMs), effect: null }
    case 'online':
      if (state.kind === 'connected')
        return { state: interrupt(state, nowMs + restartAgainMs, nowMs), effect: 'restart' }
      if (state.kind === 'interrupted') return restart(state, nowMs)
      // What it has found so far belongs to a network that is gone.
      if (state.kind === 'connecting') return { state, effect: 'restart' }
      return { state: { ...state, rebuildAtMs: nowMs }, effect: null }
    case 'silent': {
      if (state.kind !== 'connected') return { state, effect: null }
      const restartAtMs = nowMs + (isPolite ? politeExtraMs : 0)
      return { state: interrupt(state, restartAtMs, nowMs), effect: null }
    }
    case 'tick':
      return stepTick(state, nowMs)
    default:
      return exhaustive(event)
  }
}

/** Whether what was heard at this time tells that an interruption is over. */
export function isOver(state: LinkState, heardAtMs: number): boolean {
  return state.kind === 'interrupted' && heardAtMs > state.giveUpAtMs - interruptedMaxMs
}

/** What a person is told of it. The first rebuild after a failure is silent: it mostly helps. */
export function participantState(state: LinkState): LinkState['kind'] {
  if (state.kind === 'connected' || state.kind === 'interrupted') return state.kind
  if (state.attempts >= 2) return 'failed'
  return state.hasWorked ? 'interrupted' : 'connecting'
}

function stepConnection(
  state: LinkState,
  connection: RTCPeerConnectionState,
  nowMs: number,
  isPolite: boolean,
): LinkStep {
  switch (connection) {
    case 'connected':
      return { state: { kind: 'connected', generation: state.generation }, effect: null }
    case 'disconnected': {
      if (state.kind !== 'connected') return { state, effect: null }
      const restartAtMs = nowMs + restartAfterMs + (isPolite ? politeExtraMs : 0)
      return { state: interrupt(state, restartAtMs, nowMs), effect: null }
    }
    case 'failed':
    case 'closed':
      return { state: fail(state, nowMs), effect: null }
    case 'new':
    case 'connecting':
      return { state, effect: null }
    default:
      return exhaustive(connection)
  }
}

function stepTick(state: LinkState, nowMs: number): LinkStep {
  switch (state.kind) {
    case 'connected':
      return { state, effect: null }
    case 'connecting':
      return { state: nowMs < state.giveUpAtMs ? state : fail(state, nowMs), effect: null }
    case 'interrupted':
      if (nowMs >= state.giveUpAtMs) return { state: fail(state, nowMs), effect: null }
      return nowMs >= state.restartAtMs ? restart(state, nowMs) : { state, effect: null }
    case 'failed':
      if (nowMs < state.rebuildAtMs) return { state, effect: null }
      return {
        state: connecting(state.generation + 1, state.attempts + 1, state.hasWorked, nowMs),
        effect: 'rebuild',
      }
    default:
      return exhaustive(state)
  }
}

function connecting(generation: number, attempts: number, hasWorked: boolean, nowMs: number): LinkState {
  const patienceMs = Math.min(connectingMaxMs * 2 ** attempts, connectingLimitMs)
  return { kind: 'connecting', generation, attempts, hasWorked, giveUpAtMs: nowMs + patienceMs }
}

function interrupt(state: LinkState, restartAtMs: number, nowMs: number): LinkState {
  return {
    kind: 'interrupted',
    generation: state.generation,
    restartAtMs,
    giveUpAtMs: nowMs + interruptedMaxMs,
  }
}

function restart(state: Extract<LinkState, { kind: 'interrupted' }>, nowMs: number): LinkStep {
  return { state: { ...state, restartAtMs: nowMs + restartAgainMs }, effect: 'restart' }
}

function fail(state: LinkState, nowMs: number): LinkState {
  if (state.kind === 'failed') return state
  const attempts = attemptsOf(state)
  const delayMs = attempts === 0 ? 0 : Math.min(rebuildDelayMs * 2 ** (attempts - 1), rebuildDelayMaxMs)
  return {
    kind: 'failed',
    generation: state.generation,
    attempts,
    hasWorked: hasWorked(state),
    rebuildAtMs: nowMs + delayMs,
  }
}

function attemptsOf(state: LinkState): number {
  return state.kind === 'connecting' || state.kind === 'failed' ? state.attempts : 0
}

function hasWorked(state: LinkState): boolean {
  return state.kind === 'connecting' || state.kind === 'failed' ? state.hasWorked : true
}
