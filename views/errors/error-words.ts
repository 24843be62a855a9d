// What each refusal is called on screen: what happened, then what to do.

export type ErrorWords = { title: string; text: string };

/** `wait` is the number of seconds of a Retry-After header. */
export function errorWords(status: number, wait?: number): ErrorWords {
  switch (status) {
    case 400:
      return { title: "That could not be read", text: "Go back, load the page again and retry." };
    case 401:
      return { title: "You are signed out", text: "Sign in and try again." };
    case 403:
      return {
        title: "This is not allowed",
        text: "Your role may not do this, or the page was open for too long. Load the page again and retry.",
      };
    case 404:
      return { title: "Nothing is here", text: "The address may be mistyped, or what it led to is gone." };
    case 405:
      return { title: "Nothing is here", text: "This address does not do that." };
    case 413:
      return { title: "That is too large", text: "Send less at once and try again." };
    case 415:
      return { title: "That could not be read", text: "Send it in another format and try again." };
    case 429:
      return { title: "Too many tries", text: `Wait ${waitWords(wait)} and try again.` };
    case 503:
      return { title: "Not available right now", text: `Nothing was lost. Try again in ${waitWords(wait)}.` };
    default:
      return {
        title: "Something broke on our side",
        text: "It is not what you did. Try again; if it happens again, tell us the number below.",
      };
  }
}

/** A waiting time rounded up to what people count in: "30 seconds", "2 minutes", "1 hour". */
export function waitWords(seconds = 60): string {
  if (seconds < 60) return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return minutes === 1 ? "a minute" : `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours === 1 ? "an hour" : `${hours} hours`;
}
