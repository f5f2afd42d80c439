/**
 * How random secrets are stored: SHA-256, so that a stolen row opens nothing (H-07). They are long and random, so that
 * a slow hash would add nothing; passwords are another matter (accounts/passwords.ts).
 */
import { sha256 } from '@oslojs/crypto/sha2'
import { constantTimeEqual } from '@oslojs/crypto/subtle'
import { encodeBase64urlNoPadding } from '@oslojs/encoding'

const utf8 = new TextEncoder()

export function secretHash(secret: string): string {
  return encodeBase64urlNoPadding(sha256(utf8.encode(secret)))
}

/** Compares in a time that tells nothing about where they differ. */
export function isSameHash(a: string, b: string): boolean {
  return constantTimeEqual(utf8.encode(a), utf8.encode(b))
}
