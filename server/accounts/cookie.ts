/**
 * The session cookie: reading it never throws, whatever the browser or somebody else sends (H-04).
 *
 * `__Host-`: the browser takes it only from this very host, over TLS or from localhost, for every path, so that no
 * neighbouring site can plant one. Its value is the session's id, which is stored nowhere else (H-07).
 */
const cookieName = '__Host-session'
const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax'
/** What Lucia makes: 25 bytes of chance in lower-case base32. */
const tokenPattern = /^[a-z2-7]{40}$/

/** The session's id, or null if there is none, a malformed one, or more than one to choose from. */
export function readSessionCookie(header: string | undefined): string | null {
  if (header === undefined) return null
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
  const [pair] = found
  if (pair === undefined || found.length > 1) return null
  const token = pair.slice(cookieName.length + 1)
  return isSessionToken(token) ? token : null
}

export function isSessionToken(token: string): boolean {
  return tokenPattern.test(token)
}

/** The cookie lives as long as the session can; that it ends earlier when unused is for the server to say. */
export function sessionCookie(token: string, lifeMs: number): string {
  return `${cookieName}=${token}; Max-Age=${String(Math.floor(lifeMs / 1000))}; ${attributes}`
}

export const noSessionCookie = `${cookieName}=; Max-Age=0; ${attributes}`
