// What the browser says by itself when a request came to nothing; kept as templates so that the words stay with the other words.
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Toast } from "../ui/toast.tsx";

export const FailureToasts = remembered(() => {
  return (
    <>
      <template id="toast-unreachable">
        <Toast
          tone="bad"
          title="The server cannot be reached"
          text="Nothing was changed. Check your connection and try again."
        />
      </template>
      <template id="toast-failed">
        <Toast tone="bad" title="That did not work" text="Load the page again before you retry." />
      </template>
      <template id="confirm-template">
        <ConfirmDialog />
      </template>
    </>
  );
});
