// The hidden field by which a form proves that our own page sent it; needed where a browser sends neither Sec-Fetch-Site nor Origin.
import { createContext, useContext } from "hono/jsx";

/** The name of the hidden field. */
export const FORM_TOKEN_FIELD = "form_token";

/** Holds the token of the request that is being answered; wrap what is rendered in its Provider. */
export const FormTokenContext = createContext("");

/** Goes into every form that posts; draws nothing while no token is provided. */
export function FormToken() {
  const token = useContext(FormTokenContext);
  return token ? <input type="hidden" name={FORM_TOKEN_FIELD} value={token} /> : null;
}
