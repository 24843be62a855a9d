// Answers what somebody asked for on a sign-in page, whether or not the address is known there.
import { answerMailRequest } from "../models/mail-requests.ts";
import type { HandlerDeps } from "./handlers.ts";
import { finishJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

/** The handler of `answer-mail-request`. */
export function createAnswerMailRequest({ agencies }: Pick<HandlerDeps, "agencies">): Handler {
  return async (job) => {
    const { requestId } = job.payload;
    if (!requestId) return "done";
    await agencies.open(job.agencyId).write(async (db) => {
      await finishJob(db, job);
      await answerMailRequest(db, requestId);
    });
    return "settled";
  };
}
