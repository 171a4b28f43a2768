/** Faults of signing, and of the clock that signs. */
import { faultsOf, type Fault } from "./Fault.ts"

const signature = faultsOf("packages/signing/src/RequestSignature.ts", "packages/signing/test/RequestSignature.test.ts")
const key = faultsOf("packages/signing/src/internal/apiKey.ts", "P8")
const keyId = faultsOf("packages/signing/src/internal/keyId.ts", "packages/signing/test/secrets.test.ts")
const apiKey = faultsOf("packages/signing/src/ApiKey.ts", "packages/signing/test/ApiKey.test.ts")
const loading = faultsOf("packages/signing/src/internal/loading.ts", "packages/signing/test/Signer.test.ts")
const nodeCrypto = faultsOf("packages/signing/src/internal/nodeCrypto.ts", "packages/signing/test/NodeSigner.test.ts")
const pipeline = faultsOf("packages/client/src/sending/sender.ts", "P9")
const errors = "packages/client/test/Errors.test.ts"
const conceal = faultsOf("packages/client/src/sending/conceal.ts", errors)
const decode = faultsOf("packages/client/src/sending/decode.ts", errors)
const errorBody = faultsOf("packages/client/src/sending/errorBody.ts", errors)
const transport = faultsOf("packages/client/src/sending/transport.ts", errors)
const skew = faultsOf("packages/client/src/sending/skew.ts", "packages/client/test/ClockSkew.test.ts")

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
  conceal("keeps what an answer echoes of its headers", "OrderGroups.get", "values.length > 0 && at < until", "false", {
    seenBy: "P8",
    runs: 2_000
  }),
  conceal("keeps an echo that is percent-encoded", "OrderGroups.get", 'raw !== "%" &&', "true &&", {
    seenBy: "P8",
    runs: 2_000
  }),
  conceal("keeps an echo that is escaped in JSON", undefined, '&& raw !== "\\\\" &&', "&&"),
  conceal("keeps a signature that a form has decoded", undefined, '|| (character === " " && plain(of) === "+")', ""),
  conceal("keeps an echo whose lines are wrapped", undefined, "matched === 0 || !/\\s/.test(character)", "true"),
  conceal("keeps an echo that the server has cut", undefined, "Math.min(value.length, pieceLength)", "value.length"),
  conceal("takes a time of the exchange's for its timestamp", undefined, "|| !isMember(text, start)", "|| true"),
  conceal("keeps the credentials of a proxy", undefined, "ofCredentials.test(name)", "false"),
  decode(
    "keeps the beginning of a value where a body is cut",
    undefined,
    "hide(body.text, rawBodyLimit)",
    "hide(body.text.slice(0, rawBodyLimit))"
  ),
  decode(
    "keeps an echo in the body of an undeclared status",
    undefined,
    "conceal.inJson(hide, keepable(parsed))",
    "keepable(parsed)"
  ),
  errorBody(
    "keeps the beginning of a value where a message is cut",
    undefined,
    "conceal(value, textLimit)",
    "conceal(value.slice(0, textLimit))"
  ),
  transport(
    "keeps an echo in the words of a transport",
    undefined,
    "conceal.make(allSent())(fault.reason)",
    "fault.reason"
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
