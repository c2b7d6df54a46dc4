import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { compareIds } from "../../core/ids";
import { Icon } from "../../ui/icons";
import { day, number, shortDay, t } from "../../ui/i18n";
import { Empty } from "../../ui/parts";
import { path } from "../../ui/route";
import { session, tables, todayIso } from "../common/app";
import { News } from "../common/news";
import { Screen } from "../common/shell";
import { VisitCard } from "../households/household";

/** My visits of today: typed by me or done by me. */
const mine = computed(() => {
  const me = session.value?.user.id;
  const today = todayIso();
  return [...tables.value.visits.values()]
    .filter((visit) => visit.on === today && visit.state === "ok" && (visit.by === me || visit.done_by === me))
    .sort((a, b) => compareIds(b.id, a.id));
});

const due = computed(() => {
  const today = todayIso();
  return [...tables.value.calls.values()]
    .filter((call) => call.follow_up_on && call.follow_up_on <= today && tables.value.households.has(call.id))
    .sort((a, b) => (a.follow_up_on! < b.follow_up_on! ? -1 : 1));
});

/** A member's day. What the server has counted and what still waits on this phone are two numbers, never one. */
export function TodayPage(): JSX.Element {
  const counted = mine.value.filter((visit) => visit.pending === null).length;
  const arrived = mine.value.filter((visit) => visit.pending === "accepted").length;
  const waiting = mine.value.length - counted - arrived;
  return (
    <Screen title={t("today.title")} sub={`${day(todayIso())} · ${session.value?.user.name ?? ""}`} tabs>
      <News />
      <div class="numbers">
        <div class="number good" data-testid="counted"><Icon name="sent" size={26} /><b>{number(counted + arrived)}</b><span>{t("today.counted")}</span></div>
        <div class="number waiting" data-testid="waiting-count"><Icon name="waiting" size={26} /><b>{number(waiting)}</b><span>{t("today.waiting")}</span></div>
      </div>
      <section>
        <h2><Icon name="come_back" /> {t("today.due", { n: due.value.length })}</h2>
        {due.value.length === 0 && <p class="soft">{t("today.none_due")}</p>}
        {due.value.slice(0, 30).map((call) => (
          <a class="row due" key={call.id} href={path("household", call.id)}>
            <span class="state"><Icon name="come_back" size={26} /></span>
            <span class="what"><b>{tables.value.households.get(call.id)?.label}</b><small class="call">{t("call.due", { day: shortDay(call.follow_up_on!) })}</small></span>
            <Icon name="next" size={22} />
          </a>
        ))}
      </section>
      <section>
        <h2><Icon name="house" /> {t("today.visits")}</h2>
        {mine.value.length ? mine.value.map((visit) => <VisitCard key={visit.id} visit={visit} withHome />) : <Empty icon="house">{t("today.no_visit")}</Empty>}
      </section>
    </Screen>
  );
}
