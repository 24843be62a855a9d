// The HTML of a view, as a test reads it.
import type { HtmlEscapedString } from "hono/utils/html";

export type Drawn = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What a piece of JSX draws. */
export const drawn = async (node: Drawn): Promise<string> => String(await node);
