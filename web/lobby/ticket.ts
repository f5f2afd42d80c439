/** The ticket of a knock (CA16), kept for this tab: a reload keeps the place at the door. */
import { knockPaths } from '#shared/knock.ts'

const keyOf = (path: string): string => `stoa.knock.${path}`

/** Whether this tab was knocking with that invite when it was reloaded. */
export function hasTicketFor(invite: string): boolean {
  return recallTicket(knockPaths.room(invite)) !== null
}

/** The same until it is forgotten. */
export function ticketFor(path: string): string {
  const kept = recallTicket(path)
  if (kept !== null) return kept
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  try {
    sessionStorage.setItem(keyOf(path), made)
  } catch {
    // Full or forbidden: a reload begins anew.
  }
  return made
}

export function forgetTicket(path: string): void {
  try {
    sessionStorage.removeItem(keyOf(path))
  } catch {
    // It was never kept.
  }
}

function recallTicket(path: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(path))
  } catch {
    return null
  }
}
