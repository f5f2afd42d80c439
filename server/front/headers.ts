/**
 * Headers of every response, tried in Chromium and Firefox with WebRTC and WebSocket.
 *
 * The page may load, run and reach what this server serves, and nothing else. Workers, frames and manifests have no
 * line of their own because there are none. HSTS is missing on purpose: it belongs to whoever ends TLS, and this
 * server does not.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  // Forms are sent by script; without it a password must not go into an address.
  "form-action 'none'",
  "frame-ancestors 'none'",
  // The one policy is the one Vue's renderer makes for its own static templates.
  "require-trusted-types-for 'script'",
  'trusted-types vue',
].join('; ')

export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(self), display-capture=(self), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}
