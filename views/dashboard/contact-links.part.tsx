// The links of a contact: what each is for, who made it, what became of it, and its end.
import type { LinkState, ListedLink } from "../../src/models/access-links.ts";
import { app } from "../../src/paths.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { linkWords, usesWords } from "./activity-words.tsx";
import { ContactFields, swapsContact } from "./contact-access.part.tsx";
import type { Viewing } from "./contacts-view.ts";

type LinksProps = Viewing & { contactId: string; links: readonly ListedLink[] };

const RECENT = 3;
const states: Readonly<Record<LinkState, { word: string; tone?: "good" }>> = {
  live: { word: "Works", tone: "good" },
  used: { word: "Used" },
  expired: { word: "Expired" },
  withdrawn: { word: "Revoked" },
};

function lineOf(link: ListedLink, zone: string): string {
  const moment = (at: Date) => momentText(at, { zone, inSentence: true });
  const made = `Made ${moment(link.createdAt)}${link.madeBy ? ` by ${link.madeBy}` : ""}`;
  const used =
    link.usedAt && `${link.useCount > 1 ? `used ${link.useCount} times, first` : "used"} ${moment(link.usedAt)}`;
  const ends = link.state === "live" && `works ${usesWords[link.uses]}, at the latest until ${moment(link.expiresAt)}`;
  const carried = link.email?.kind === "template" && `sent in “${link.email.template ?? "a template"}”`;
  return [made, carried, used, ends].filter(Boolean).join("; ");
}

function LinkRow({ link, contactId, slug, zone, mayAct }: LinksProps & { link: ListedLink }) {
  const { word, tone } = states[link.state];
  const action = app.magicLinkRevocation(slug, link.id);
  const name = `${linkWords[link.kind]} of ${momentText(link.createdAt, { zone })}`;
  return (
    <Row
      id={`link-${link.id}`}
      icon={link.kind === "magic" ? "link" : "mail"}
      title={linkWords[link.kind]}
      beside={<Badge tone={tone}>{word}</Badge>}
      text={lineOf(link, zone)}
    >
      {mayAct && link.state === "live" && (
        <form
          method="post"
          action={action}
          hx-post={action}
          {...swapsContact}
          hx-confirm="Revoke this link? It stops working at once."
        >
          <ContactFields id={contactId} />
          <Button type="submit" small about={name}>
            Revoke
          </Button>
        </form>
      )}
    </Row>
  );
}

export function ContactLinks(props: LinksProps) {
  const live = props.links.filter(({ state }) => state === "live");
  const over = props.links.filter(({ state }) => state !== "live");
  const shown = [...live, ...over.slice(0, Math.max(0, RECENT - live.length))];
  const rest = props.links.filter((link) => !shown.includes(link));
  return (
    <Panel id="contact-links" title="Links">
      {shown.length === 0 && <p class="muted">No link was made yet.</p>}
      {shown.length > 0 && (
        <Rows>
          {shown.map((link) => (
            <LinkRow {...props} link={link} />
          ))}
        </Rows>
      )}
      {rest.length > 0 && (
        <Disclosure summary={`${rest.length} earlier`}>
          <Rows>
            {rest.map((link) => (
              <LinkRow {...props} link={link} />
            ))}
          </Rows>
        </Disclosure>
      )}
    </Panel>
  );
}
