/**
 * Headers of every response, tried in Chromium and Firefox with WebRTC and WebSocket.
 *
 * The page may load, run and reach what this server serves, and nothing else. Frames have no line of their own because
 * there are none. HSTS is missing on purpose: it belongs to whoever ends TLS, and this
 * server does not.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  // WebAssembly of our own files, for noise suppression; it allows no eval of script (decision 11).
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  // Forms are sent by script; without it a password must not go into an address.
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Vue's renderer makes one for its own static templates; the others give the addresses of workers.
  "require-trusted-types-for 'script'",
  'trusted-types vue stoa-worker stoa-call',
].join('; ')

export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(self), display-capture=(self), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}
