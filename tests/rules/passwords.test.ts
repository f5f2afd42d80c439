/** Passwords: which may be chosen, and what hashing them may cost. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { refusePassword } from '#server/accounts/password-rules.ts'
import { createPasswords, type Hasher } from '#server/accounts/passwords.ts'
import { AppError } from '#shared/errors.ts'
import {
  passwordHashesQueuedMax,
  passwordHashesRunningMax,
  passwordLengthMax,
  passwordLengthMin,
} from '#shared/limits.ts'

/** Of a length, and neither common nor anybody's name. */
function passwordOf(length: number): string {
  return Array.from({ length }, (_, at) => String.fromCharCode(97 + ((at * at * 7 + at * 3) % 26))).join('')
}

test('[H-14] the shortest and the longest password are accepted, one character less or more is not', () => {
  assert.equal(refusePassword(passwordOf(passwordLengthMin), 'Alice'), null)
  assert.equal(refusePassword(passwordOf(passwordLengthMin - 1), 'Alice'), 'password-too-short')
  assert.equal(refusePassword(passwordOf(passwordLengthMax), 'Alice'), null)
  assert.equal(refusePassword(passwordOf(passwordLengthMax + 1), 'Alice'), 'password-too-long')
})

test('[H-14] what counts are characters, not bytes or UTF-16 units', () => {
  assert.equal(refusePassword('🦩🪶🌾🪷🐚🌊🦆🪨', 'Alice'), 'password-too-short')
  assert.equal(refusePassword('🦩🪶🌾🪷🐚🌊🦆🪨🌒🍂🫧🐌', 'Alice'), null)
})

test('[H-14] spaces, emoji and any script make good passwords; there are no rules of composition', () => {
  for (const password of [
    'three quiet herons',
    'les oies du lac 🪿',
    'семь тихих цапель',
    '静かな湖の三羽の鷺たちがいる',
    'кот 🐈 og и hund',
  ]) {
    assert.equal(refusePassword(password, 'Alice'), null, password)
  }
})

test('[H-14] half of a character is refused: two different halves would verify equal', () => {
  assert.equal(refusePassword('three quiet \ud800 herons', 'Alice'), 'password-malformed')
  assert.equal(refusePassword('three quiet \udc00 herons', 'Alice'), 'password-malformed')
})

test('[H-14] the first that anyone would try are refused', () => {
  for (const password of [
    'password1234',
    'Password123!',
    'P@ssw0rd2024!',
    'passwordpassword',
    'iloveyou1234',
    'qwertyuiop12',
    'qwertzuiop123',
    '123456789012',
    '210987654321',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghijkl',
    'letmein12345',
    'LiverpoolFootball1',
    'correct horse battery staple',
    'Summer2024!!',
    '            1',
  ]) {
    assert.equal(refusePassword(password, 'Alice'), 'password-common', password)
  }
})

test('[H-14] one’s own name is refused, however it is written', () => {
  for (const password of [
    'alice lives by the lake',
    'xx ALICE xx yy zz',
    'ＡＬＩＣＥ by the lake',
    'the a l i c e of the lake',
  ]) {
    assert.equal(refusePassword(password, 'Alice'), 'password-contains-name', password)
  }
  assert.equal(refusePassword('three quiet herons', 'Bo'), null)
  assert.equal(
    refusePassword('three quiet herons', 'er'),
    null,
    'two letters are in many passwords by chance',
  )
})

test('[H-14] any text gets an answer, and long texts get it as well', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 70 }),
      (password, name) => {
        const refusal = refusePassword(password, name)
        assert.ok(refusal === null || refusal.startsWith('password-'))
      },
    ),
  )
  assert.equal(refusePassword('a'.repeat(passwordLengthMax), 'Alice'), 'password-common')
})

/** Work that ends when the test says so. */
function slowHasher() {
  const open: (() => void)[] = []
  let started = 0
  const hasher: Hasher = {
    hash: () => Promise.resolve('hash'),
    async verify(passwordHash) {
      started += 1
      await new Promise<void>((finish) => open.push(finish))
      return passwordHash === 'right'
    },
  }
  return { hasher, started: () => started, finishAll: () => open.splice(0).forEach((finish) => finish()) }
}

test('[H-09] of sixty logins at once two are hashed, thirty-two wait, and the rest are told to come back', async () => {
  const { hasher, started, finishAll } = slowHasher()
  const passwords = await createPasswords(hasher)
  const outcomes = Array.from({ length: 60 }, () =>
    passwords.verify('right', 'three quiet herons').catch((error: unknown) => error),
  )
  assert.equal(started(), passwordHashesRunningMax)
  const admittedMax = passwordHashesRunningMax + passwordHashesQueuedMax
  const refused = await Promise.all(outcomes.slice(admittedMax))
  for (const error of refused) {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'server-busy')
    assert.ok(error.retryAfterSeconds !== null && error.retryAfterSeconds > 0)
  }
  for (let done = 0; done < admittedMax; done += passwordHashesRunningMax) {
    assert.equal(started(), done + passwordHashesRunningMax)
    finishAll()
    await Promise.all(outcomes.slice(done, done + passwordHashesRunningMax))
    await Promise.resolve()
  }
  assert.deepEqual(await Promise.all(outcomes.slice(0, admittedMax)), Array(admittedMax).fill(true))
})

test('[H-09] a hash that fails gives its place back', async () => {
  const passwords = await createPasswords({
    hash: () => Promise.resolve('hash'),
    verify: () => Promise.reject(new Error('no memory')),
  })
  for (let round = 0; round < 3 * passwordHashesRunningMax; round += 1) {
    await assert.rejects(passwords.verify('hash', 'three quiet herons'), /no memory/)
  }
})

test('[H-08] a name nobody has costs the same work as one somebody has, and is wrong', async () => {
  const verified: string[] = []
  const passwords = await createPasswords({
    hash: (password) => Promise.resolve(`hash of ${password.length}`),
    verify(passwordHash) {
      verified.push(passwordHash)
      return Promise.resolve(true)
    },
  })
  assert.equal(await passwords.verify('somebody’s', 'three quiet herons'), true)
  assert.equal(await passwords.verify(null, 'three quiet herons'), false)
  assert.equal(verified.length, 2)
})

test('[H-14] the same text typed on another system is the same password', async () => {
  const passwords = await createPasswords()
  const hash = await passwords.hash('zoé and the three herons')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await passwords.verify(hash, 'zoe\u0301 and the three herons'), true)
  assert.equal(await passwords.verify(hash, 'zoe and the three herons'), false)
})
