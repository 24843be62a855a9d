// The question before an action that ends something; filled with the words of hx-confirm by the browser.
import { Button } from "./button.tsx";

export function ConfirmDialog() {
  return (
    <dialog class="dialog" aria-labelledby="confirm-question" data-confirm-dialog="">
      <form method="dialog">
        <div class="dialog__head">
          <div>
            <h2 id="confirm-question" data-confirm-question="" />
            <p data-confirm-text="" />
          </div>
        </div>
        <footer class="dialog__foot">
          <span class="push" />
          <Button type="submit" value="cancel" autofocus>
            Cancel
          </Button>
          <Button type="submit" value="go" variant="danger">
            <span data-confirm-action="">Continue</span>
          </Button>
        </footer>
      </form>
    </dialog>
  );
}
