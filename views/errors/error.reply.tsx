// What htmx gets instead of an error page: a toast over the page that is open.
import { ToastPart } from "../ui/toast.tsx";
import { type ErrorWords, errorWords } from "./error-words.ts";

type ErrorReplyProps = { status: number; requestId: string; wait?: number | undefined; words?: ErrorWords | undefined };

export function ErrorReply({ status, requestId, wait, words }: ErrorReplyProps) {
  const { title, text } = words ?? errorWords(status, wait);
  const where = status >= 500 && (
    <span class="muted">
      {" "}
      Request <code class="mono break">{requestId}</code>
    </span>
  );
  return (
    <ToastPart
      tone="bad"
      title={title}
      text={
        <>
          {text}
          {where}
        </>
      }
    />
  );
}
