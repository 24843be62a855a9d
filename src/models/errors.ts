// The ways a model can say no; the web layer turns each into the right answer of the right door.

/** Nothing with this id in this agency; another agency's id is the same as an unknown one. */
export class NotFound extends Error {
  override name = "NotFound";
}

/** The person is known but his role does not allow this. */
export class Forbidden extends Error {
  override name = "Forbidden";
}

/** A limit of rules.md §5 is reached; `retryAfter` is in seconds. */
export class LimitReached extends Error {
  override name = "LimitReached";
  readonly retryAfter: number;
  constructor(message: string, retryAfter: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Input that cannot be accepted; `fields` maps a form field's name to what to do about it. */
export class Invalid extends Error {
  override name = "Invalid";
  readonly fields: Readonly<Record<string, string>>;
  constructor(fields: Readonly<Record<string, string>>) {
    super(Object.values(fields).join(" "));
    this.fields = fields;
  }
}

/** Too many are waiting for the same scarce thing; `retryAfter` is in seconds. */
export class Busy extends Error {
  override name = "Busy";
  readonly retryAfter: number;
  constructor(message: string, retryAfter: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Something that Portico depends on is away; the answer is 503 with Retry-After and nothing was done. */
export class Unavailable extends Error {
  override name = "Unavailable";
}
