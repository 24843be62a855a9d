// Catalogue: the URL card, figures and the sparkline, as they stand on the client portal page.
import { Panel } from "../ui/panel.tsx";
import { Select } from "../ui/select.tsx";
import { Stat, StatSpark, Stats, TrendUp } from "../ui/stats.tsx";
import { UrlCard } from "../ui/url-card.tsx";

const joins = [1, 0, 2, 1, 3, 0, 0, 2, 4, 2, 1, 3, 0, 1, 2, 2, 5, 3, 1, 0, 2, 4, 3, 2, 6, 1, 0, 3, 4, 5];
const domains = [
  { value: "clients", label: "clients.haldenrye.example (default)" },
  { value: "platform", label: "halden-rye.portico.example" },
  { value: "hub", label: "hub.haldenrye.example (not verified)", disabled: true },
];

function Address() {
  return (
    <section class="panel" id="url" aria-labelledby="url-title">
      <UrlCard
        id="url"
        title="Portal URL"
        lead="Share this address with clients. It follows the domain you choose."
        url="https://clients.haldenrye.example"
        qrFile="#url"
      >
        <label class="sr-only" for="url-domain">
          Domain
        </label>
        <Select id="url-domain" name="domain" options={domains} value="clients" />
      </UrlCard>
    </section>
  );
}

export function CatalogueFigures() {
  return (
    <>
      <Address />
      <Panel id="stats" label="Invited and joined" bare>
        <Stats>
          <Stat label="Invited" value={136} note="39 still to join" />
          <Stat
            label="Joined"
            value={97}
            note={
              <>
                <TrendUp by={63} /> in 30 days
              </>
            }
          />
          <Stat label="Joined rate" value="71.3%" note="of everyone invited" />
          <StatSpark label="Joins, last 30 days" what="Joins" values={joins} from="24 Oct" to="22 Nov" />
        </Stats>
      </Panel>
      <Panel id="stats-empty" label="Invited and joined, nobody yet" bare>
        <Stats>
          <Stat label="Invited" value={0} note="Nobody yet" />
          <Stat label="Joined" value={0} note="Nobody yet" />
          <Stat label="Joined rate" value="–" note="of everyone invited" />
          <StatSpark label="Joins, last 30 days" what="Joins" values={joins.map(() => 0)} from="24 Oct" to="22 Nov" />
        </Stats>
      </Panel>
    </>
  );
}
