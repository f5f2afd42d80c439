/**
 * This browser's subscription to push messages: made, told to the server, and ended.
 *
 * Rule NO4 of docs/PROTOCOL.md. The browser keeps the subscription and the server what it needs to write to it; where
 * the two differ, the one that is asked for here puts it right.
 */
import { pushPath, type EndPushRequest, type PushRequest, type PushResponse } from '#shared/push.ts'
import { request } from '../api.ts'

/** Null where there is no service worker, or no push, as in a private window. */
async function manager(): Promise<PushManager | null> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return null
  const registration = await navigator.serviceWorker.getRegistration()
  return registration?.active == null ? null : registration.pushManager
}

export async function canPush(): Promise<boolean> {
  return (await manager()) !== null
}

export async function isPushed(): Promise<boolean> {
  return (await (await manager())?.getSubscription()) != null
}

/** From a press, with the permission to notify. Rejects with what the server says, or the browser’s push service. */
export async function beginPush(hasText: boolean): Promise<void> {
  const pushManager = await manager()
  const { publicKey } = (await request('GET', pushPath)) as PushResponse
  if (pushManager === null || publicKey === null) throw new Error('nothing can be pushed here')
  const kept = await pushManager.getSubscription()
  // One that another server’s key was given to, or an earlier one’s, takes nothing from this one.
  if (kept !== null && keyOf(kept) !== publicKey) await kept.unsubscribe()
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
  const { keys } = subscription.toJSON()
  const said: PushRequest = {
    endpoint: subscription.endpoint,
    p256dh: keys?.['p256dh'] ?? '',
    auth: keys?.['auth'] ?? '',
    hasText,
  }
  try {
    await request('PUT', pushPath, said)
  } catch (error) {
    await subscription.unsubscribe()
    throw error
  }
}

/** The server may have lost what it knew of this browser, or know it as somebody else’s. */
export async function renewPush(hasText: boolean): Promise<void> {
  if (await isPushed()) await beginPush(hasText)
}

export async function endPush(): Promise<void> {
  const subscription = await (await manager())?.getSubscription()
  if (subscription == null) return
  await subscription.unsubscribe()
  // What was ended in the browser the server learns from its push service as well.
  await request('DELETE', pushPath, { endpoint: subscription.endpoint } satisfies EndPushRequest).catch(
    () => undefined,
  )
}

function keyOf({ options }: PushSubscription): string {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
