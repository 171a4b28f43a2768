/**
 * The control interface of the judge over HTTP, on loopback.
 *
 * @module
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import * as Judge from "./Judge.ts"
import * as Scorecard from "./Scorecard.ts"
import { tasks } from "./Scenarios.ts"

const respond = <A, R>(
  effect: Effect.Effect<A, Judge.Refused, R>,
  status = 200
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.match(effect, {
    onSuccess: (value) => HttpServerResponse.jsonUnsafe(value, { status }),
    onFailure: ({ reason, status }) => HttpServerResponse.jsonUnsafe({ error: reason }, { status })
  })

const jsonBody: Effect.Effect<unknown, Judge.Refused, HttpServerRequest.HttpServerRequest> = Effect.flatMap(
  HttpServerRequest.HttpServerRequest,
  ({ json }) =>
    Effect.mapError(json, () => new Judge.Refused({ status: 400, reason: "the body of the request is not JSON" }))
)

const param = (name: string) => Effect.map(HttpRouter.params, (params) => params[name] ?? "")

const scenarioPath = "/runs/:run/scenarios/:scenario"

const runAndScenario = Effect.all([param("run"), param("scenario")])

const listing = ({ scenarios }: Judge.Judge) => ({
  scenarios: scenarios.map(({ area, expected, id, title }) => ({ id, area, title, expected })),
  steps: tasks
})

const start = (judge: Judge.Judge) =>
  Effect.gen(function* () {
    const decoded = Schema.decodeUnknownResult(Judge.NewRun)(yield* jsonBody)
    if (Result.isFailure(decoded)) {
      return yield* new Judge.Refused({ status: 400, reason: `the run is invalid: ${decoded.failure.message}` })
    }
    return { run: yield* judge.start(decoded.success), scenarios: judge.scenarios.map(({ id }) => id) }
  })

const formats = {
  json: (card: Scorecard.Scorecard) => HttpServerResponse.jsonUnsafe(card),
  text: (card: Scorecard.Scorecard) => HttpServerResponse.text(Scorecard.renderText(card)),
  markdown: (card: Scorecard.Scorecard) => HttpServerResponse.text(Scorecard.renderMarkdown(card))
} as const

const isFormat = (text: string): text is keyof typeof formats => Object.hasOwn(formats, text)

const scorecard = (judge: Judge.Judge) =>
  Effect.gen(function* () {
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const format = new URL(url, "http://127.0.0.1").searchParams.get("format") ?? "json"
    if (!isFormat(format)) {
      const reason = `a scorecard has no format ${JSON.stringify(format)}. Choose one of ${Object.keys(formats).join(", ")}`
      return yield* new Judge.Refused({ status: 400, reason })
    }
    return formats[format](yield* judge.scorecard(yield* param("run")))
  }).pipe(
    Effect.catch(({ reason, status }) => Effect.succeed(HttpServerResponse.jsonUnsafe({ error: reason }, { status })))
  )

const routes = (judge: Judge.Judge) =>
  HttpRouter.addAll([
    HttpRouter.route("GET", "/scenarios", respond(Effect.sync(() => listing(judge)))),
    HttpRouter.route("POST", "/runs", respond(start(judge), 201)),
    HttpRouter.route("GET", "/runs/:run/scorecard", scorecard(judge)),
    HttpRouter.route(
      "POST",
      scenarioPath,
      respond(
        Effect.flatMap(runAndScenario, ([run, scenario]) => judge.begin(run, scenario)),
        201
      )
    ),
    HttpRouter.route(
      "POST",
      `${scenarioPath}/continue`,
      respond(Effect.flatMap(runAndScenario, ([run, scenario]) => Effect.as(judge.proceed(run, scenario), {})))
    ),
    HttpRouter.route(
      "POST",
      `${scenarioPath}/end`,
      respond(
        Effect.flatMap(Effect.all([runAndScenario, jsonBody]), ([[run, scenario], report]) =>
          judge.end(run, scenario, report)
        )
      )
    )
  ])

export interface Options extends Judge.Options {
  /** The port to listen on. 0 selects any free port. */
  readonly port: number
}

/** Serves on 127.0.0.1 until the scope closes. Succeeds with the address. */
export const serve = (options: Options): Effect.Effect<string, HttpServerError.ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const judge = yield* Judge.make(options)
    const server = NodeHttpServer.layer(createServer, { port: options.port, host: "127.0.0.1" })
    const context = yield* Layer.build(
      HttpRouter.serve(routes(judge), { disableLogger: true, disableListenLog: true }).pipe(Layer.provideMerge(server))
    )
    const { address } = yield* Effect.provide(HttpServer.HttpServer, context)
    return `http://127.0.0.1:${"port" in address ? address.port : options.port}`
  })
