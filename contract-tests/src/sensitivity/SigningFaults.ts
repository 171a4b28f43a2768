/** Faults of signing, and of the clock that signs. */
import { faultsOf, type Fault } from "./Fault.ts"

const signature = faultsOf("packages/signing/src/RequestSignature.ts", "packages/signing/test/RequestSignature.test.ts")
const key = faultsOf("packages/signing/src/internal/apiKey.ts", "P8")
const keyId = faultsOf("packages/signing/src/internal/keyId.ts", "packages/signing/test/secrets.test.ts")
const apiKey = faultsOf("packages/signing/src/ApiKey.ts", "packages/signing/test/ApiKey.test.ts")
const loading = faultsOf("packages/signing/src/internal/loading.ts", "packages/signing/test/Signer.test.ts")
const nodeCrypto = faultsOf("packages/signing/src/internal/nodeCrypto.ts", "packages/signing/test/NodeSigner.test.ts")
const pipeline = faultsOf("packages/client/src/internal/pipeline.ts", "P9")
const skew = faultsOf("packages/client/src/internal/skew.ts", "packages/client/test/ClockSkew.test.ts")

/** Every one of them. */
export const signingFaults: ReadonlyArray<Fault> = [
  signature("signs the query as well", undefined, "return end === -1 ? path : path.slice(0, end)", "return path"),
  signature("signs the method in lower case", "OrderGroups.get", "${method.toUpperCase()}", "${method.toLowerCase()}", {
    seenBy: "P8",
    runs: 100
  }),
  signature(
    "signs seconds",
    "OrderGroups.get",
    "const timestampMillis = Math.round(clock.currentTimeMillisUnsafe()",
    "const timestampMillis = Math.round(clock.currentTimeMillisUnsafe() / 1000",
    { seenBy: "P9" }
  ),
  signature(
    "signs a millisecond ahead of the header",
    "OrderGroups.get",
    "signed(signer, join(timestamp, request",
    "signed(signer, join(String(timestampMillis + 1), request",
    { seenBy: "P9" }
  ),
  signature(
    "signs the path without the method",
    "OrderGroups.get",
    "`${timestamp}${method.toUpperCase()}${withoutQuery(path)}`",
    "`${timestamp}${withoutQuery(path)}`",
    { seenBy: "P9" }
  ),
  signature("signs by a clock that it does not correct", undefined, " + (request.clockSkewMillis ?? 0))", ")"),
  signature("sends what is no signature", undefined, "signatureShapes[signer.kind].test(signature)", "true"),
  signature(
    "prints the signature",
    "OrderGroups.get",
    'timestamp: this["KALSHI-ACCESS-TIMESTAMP"]',
    'timestamp: this["KALSHI-ACCESS-TIMESTAMP"], signature: this["KALSHI-ACCESS-SIGNATURE"]',
    {
      seenBy: "packages/signing/test/secrets.test.ts"
    }
  ),
  key(
    "signs with a salt of 20 bytes",
    "OrderGroups.get",
    'name: "RSA-PSS", saltLength: 32',
    'name: "RSA-PSS", saltLength: 20'
  ),
  nodeCrypto("signs synchronously with a salt of 20 bytes", undefined, "saltLength: 32", "saltLength: 20"),
  loading(
    "signs synchronously without a proof",
    undefined,
    "(yield* Effect.orElseSucceed(proof, () => false)) ? signSync",
    "(yield* Effect.as(Effect.orElseSucceed(proof, () => false), true)) ? signSync"
  ),
  loading(
    "signs with node:crypto where the application has a WebCrypto of its own",
    undefined,
    " && crypto === globalThis.crypto?.subtle",
    ""
  ),
  keyId("prints the whole key id", undefined, "keyId.length > 12 ?", "keyId.length > 1200 ?"),
  apiKey("quotes a path that could be a key", undefined, "path: isShowable(path) ? path : undefined", "path"),
  apiKey("opens a path that is a key", undefined, "if (looksLikeKey(path)) return", "if (false) return"),
  pipeline(
    "signs the path below the API's root",
    "OrderGroups.get",
    "{ method: descriptor.method, path, clockSkewMillis }",
    "{ method: descriptor.method, path: wire.path, clockSkewMillis }"
  ),
  pipeline(
    "signs every request as a GET",
    "OrderGroups.create",
    "{ method: descriptor.method, path, clockSkewMillis }",
    '{ method: "GET", path, clockSkewMillis }'
  ),
  pipeline("signs what is public", "Exchange.status", 'descriptor.auth === "none" ? undefined : signer', "signer"),
  pipeline(
    "does not sign an order book",
    "Markets.orderbook",
    'descriptor.auth === "none" ? undefined : signer',
    'descriptor.auth !== "required" ? undefined : signer'
  ),
  skew(
    "takes a skew with the wrong sign",
    undefined,
    "lowerMillis: date - answered.wallMillis,",
    "lowerMillis: answered.wallMillis - date,"
  ),
  skew(
    "believes the date of a cache",
    undefined,
    "if (date === undefined || age !== undefined ||",
    "if (date === undefined ||"
  ),
  skew(
    "keeps a skew after the clock was set",
    undefined,
    "if (newer !== undefined && jumped(latest, now)) older",
    "if (false) older"
  )
]
