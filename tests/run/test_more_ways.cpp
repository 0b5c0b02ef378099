// Roads for numbers that do not stand where the guides expect them: late movers, unknown PINs, registrations that came
// too early.
#include <algorithm>

#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using sim::ServedBy;

namespace {

std::string story(const Rig& rig) {
  std::string text = rig.world->story() + "\n";
  for (const Entry& entry : rig.entries) text += to_line(entry) + "\n";
  for (const Check& check : rig.failed) text += check.phone + " " + check.id + ": " + check.message + "\n";
  return text;
}

bool has_step(const Plan& plan, std::string_view step) {
  return std::any_of(plan.roads.begin(), plan.roads.end(), [step](const PlannedRoad& road) {
    return std::find(road.steps.begin(), road.steps.end(), step) != road.steps.end();
  });
}

// Today, when nothing can be registered on-premises any more.
void past_the_sunset(Rig& rig) { rig.options.as_of = sunset() + std::chrono::days(30); }

}  // namespace

TEST_CASE("a late mover's expired client is asked for a backup, and with one the profile comes along") {
  Rig rig({.dialect = {.expired_client_gives_backup = true}, .overlay = R"({"*": {"client_expires_in": "0s"}})"});
  past_the_sunset(rig);
  const Plan plan = rig.plan(Direction::to_cloud);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK(plan.numbers[0].home == Home::nowhere);
  CHECK(has_step(plan, "take_late_backup"));
  CHECK_FALSE(has_step(plan, "register_without_profile"));
  CHECK_FALSE(has_step(plan, "request_ownership_code"));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(rig.world->requests("register") == 1);
  CHECK(rig.world->requests("backup") == 1);
  CHECK_FALSE(rig.world->hold()->number(rig.phone())->profile.email.empty());
}

TEST_CASE("an expired client that refuses a backup stops its number, and the way to give its profile up is named") {
  Rig rig({.overlay = R"({"*": {"client_expires_in": "0s"}})"});
  past_the_sunset(rig);
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::stranded);
  CHECK(rig.world->requests("register") == 0);
  CHECK(progress.numbers[0].next_command.find("declare `deployment: gone`") != std::string::npos);
  rig.fleet.numbers[0].deployment.gone = true;
  const Plan given_up = rig.plan(Direction::to_cloud);
  INFO(story(rig));
  REQUIRE(given_up.numbers.size() == 1);
  CHECK(has_step(given_up, "register_without_profile"));
}

TEST_CASE("a late backup that Meta does not take is taken once more, and nothing is given up for it") {
  Rig rig({.dialect = {.expired_client_gives_backup = true}, .overlay = R"({"*": {"client_expires_in": "0s"}})"});
  past_the_sunset(rig);
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  sim::FaultRule refusal;
  refusal.on = "register";
  refusal.action = sim::Action::refuse;
  refusal.code = 133001;
  refusal.times = 0;
  rig.faults.add(refusal);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::stranded);
  CHECK(rig.world->requests("register") == 2);
  CHECK(rig.world->requests("backup") == 2);
  CHECK(progress.numbers[0].next_command.find("declare `deployment: gone`") != std::string::npos);
}

TEST_CASE("a late mover whose client is gone proves with a code that the number is its owner's") {
  Rig rig({.overlay = R"({"*": {"deployment_gone": true, "verification": "EXPIRED"}})"});
  past_the_sunset(rig);
  rig.fleet.numbers[0].deployment.gone = true;
  const Plan plan = rig.plan(Direction::to_cloud);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK(has_step(plan, "request_ownership_code"));
  const Progress waiting = rig.run(plan);
  CHECK(waiting.numbers[0].waits_for == "code");
  CHECK(exit_code(waiting) == 5);  // nobody serves it meanwhile
  CHECK(rig.world->requests("register") == 0);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
}

TEST_CASE("a client that is merely down gets no road without a backup, and the finding says what to do") {
  Rig rig({.overlay = R"({"*": {"home": "nowhere"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  INFO(story(rig));
  CHECK(plan.numbers.size() + rig.failed.size() == 1);
  past_the_sunset(rig);
  {
    auto state = rig.world->hold();
    state->number(rig.phone())
        ->timeline.set(
            {rig.clock.now(), ServedBy::nobody, sim::Platform::on_premise, "DISCONNECTED", sim::Gateway::disconnected});
  }
  CHECK(rig.plan(Direction::to_cloud).numbers.empty());
  REQUIRE(rig.failed.size() == 1);
  INFO(rig.failed[0].message << " | " << rig.failed[0].fix);
  CHECK(rig.failed[0].id == "road");
  CHECK(rig.failed[0].message.find("an unmodified backup of this run is kept") != std::string::npos);
  CHECK(rig.failed[0].fix.find("deployment: gone") != std::string::npos);
}

TEST_CASE("a number that nobody serves and whose PIN nobody knows waits for a person's PIN, and then completes") {
  Rig rig({.dialect = {.expired_client_gives_backup = true}, .overlay = R"({"*": {"client_expires_in": "0s"}})"});
  past_the_sunset(rig);
  rig.fleet.numbers[0].pin = {};
  const Plan plan = rig.plan(Direction::to_cloud);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK(has_step(plan, "supply_pin"));
  const Progress waiting = rig.run(plan);
  INFO(story(rig));
  CHECK(waiting.numbers[0].waits_for == "pin");
  CHECK(waiting.numbers[0].next_command.find("retry --run RUN +4915110000000 --pin env:NAME") != std::string::npos);
  CHECK(exit_code(waiting) == 5);
  CHECK(rig.world->requests("register") == 0);

  (void)rig.store->post(R"({"type":"retry","phone":"+4915110000000","pin":"env:PIN_0"})");
  Plan with_pin = plan;
  with_pin.fleet.numbers[0].pin = {SecretRef::Kind::env, "PIN_0"};
  const Progress progress = rig.run_through(with_pin);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("register") == 1);
}

TEST_CASE("back to on-premises an unknown PIN is first set on Cloud, and the client's registration meets it") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"*": {"pin": "654321"}})"});
  rig.fleet.numbers[0].pin_mode = PinMode::set;
  const Plan plan = rig.plan(Direction::to_onprem);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK(has_step(plan, "set_pin_on_cloud"));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
  CHECK(rig.world->requests("account") == 1);
}

TEST_CASE("a number that was registered before its name was approved is registered again once it is") {
  Rig rig;
  {
    auto state = rig.world->hold();
    state->number(rig.phone())
        ->timeline.set(
            {rig.clock.now(), ServedBy::nobody, sim::Platform::cloud_api, "PENDING", sim::Gateway::unregistered});
    state->number(rig.phone())->name_status = "PENDING_REVIEW";
  }
  CHECK(rig.plan(Direction::to_cloud).numbers.empty());
  REQUIRE(rig.failed.size() == 1);
  CHECK(rig.failed[0].id == "name_status");
  rig.world->hold()->number(rig.phone())->name_status = "APPROVED";
  const Plan plan = rig.plan(Direction::to_cloud);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK(has_step(plan, "register_without_profile"));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(rig.world->requests("register") == 1);
}

TEST_CASE("local storage is set before the registration, and a number that can't have it stays on-premises") {
  const bool refused = GENERATE(false, true);
  CAPTURE(refused);
  Rig rig({.dialect = {.storage_settings_need_unregistered = refused}});
  rig.fleet.numbers[0].storage_region = "DE";
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  CHECK(has_step(plan, "set_storage_region"));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == (refused ? NumberState::failed : NumberState::migrated));
  CHECK(rig.world->home(rig.phone()) == (refused ? ServedBy::onprem : ServedBy::cloud));
  CHECK(rig.world->requests("register") == (refused ? 0 : 1));
  CHECK(rig.world->hold()->number(rig.phone())->storage.value("data_localization_region", "") == (refused ? "" : "DE"));
}

namespace {

bool said(const Progress& progress, const std::string& words) {
  const auto& notes = progress.numbers[0].notes;
  return std::any_of(notes.begin(), notes.end(),
                     [&words](const std::string& note) { return note.find(words) != std::string::npos; });
}

/// Once the number has arrived, its new home has lost picture and compliance information.
void lose_on_arrival(Rig& rig, Direction direction) {
  rig.stop_at = [&rig, direction] {
    const Entry& entry = rig.entries.back();
    const bool arrived = entry.step == (direction == Direction::to_cloud ? "register_on_cloud" : "register_onprem");
    if (entry.event != event::settled || !arrived) return false;
    auto state = rig.world->hold();
    state->number(rig.phone())->profile.picture_url.clear();
    state->number(rig.phone())->profile.picture.clear();
    state->number(rig.phone())->compliance = Json();
    state->number(rig.phone())->quality = "YELLOW";
    return false;
  };
}

const std::string jpeg = "\xFF\xD8\xFF the shop from outside";

RigOptions served_by_the_other(Direction direction, sim::Dialect dialect = {}) {
  return {.home = direction == Direction::to_cloud ? ServedBy::onprem : ServedBy::cloud, .dialect = dialect};
}

void give_picture(Rig& rig) {
  auto state = rig.world->hold();
  state->number(rig.phone())->profile.picture_url = "https://pps.whatsapp.net/before";
  state->number(rig.phone())->profile.picture = jpeg;
}

}  // namespace

TEST_CASE("a picture that did not come along is restored, towards either side and from either spelling") {
  const Direction direction = GENERATE(Direction::to_cloud, Direction::to_onprem);
  const bool base64 = GENERATE(false, true);
  CAPTURE(name(direction), base64);
  Rig rig(served_by_the_other(direction, {.picture_as_base64 = base64}));
  give_picture(rig);
  const Plan plan = rig.plan(direction);
  REQUIRE(plan.numbers.size() == 1);
  lose_on_arrival(rig, direction);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->hold()->number(rig.phone())->profile.picture == jpeg);
  CHECK(rig.world->requests("upload") == (direction == Direction::to_cloud ? 1 : 0));
  CHECK(rig.world->requests("set_picture") == (direction == Direction::to_cloud ? 0 : 1));
  CHECK(said(progress, "quality rating was GREEN and is YELLOW"));
  CHECK_FALSE(said(progress, "picture"));
}

TEST_CASE("a picture that came along is left as it is: nothing is uploaded") {
  const Direction direction = GENERATE(Direction::to_cloud, Direction::to_onprem);
  CAPTURE(name(direction));
  Rig rig(served_by_the_other(direction));
  give_picture(rig);
  const Plan plan = rig.plan(direction);
  REQUIRE(plan.numbers.size() == 1);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("open_upload") == 0);
  CHECK(rig.world->requests("set_picture") == 0);
}

TEST_CASE("a picture that can't be restored is said in the report, and its number arrives all the same") {
  const std::string refused = GENERATE("open_upload", "upload", "set_profile", "set_picture");
  const Direction direction = refused == "set_picture" ? Direction::to_onprem : Direction::to_cloud;
  CAPTURE(refused);
  Rig rig(served_by_the_other(direction));
  give_picture(rig);
  const Plan plan = rig.plan(direction);
  REQUIRE(plan.numbers.size() == 1);
  lose_on_arrival(rig, direction);
  sim::FaultRule refusal;
  refusal.on = refused;
  refusal.action = sim::Action::refuse;
  refusal.code = direction == Direction::to_onprem ? 1009 : refused == "open_upload" ? 200 : 100;
  refusal.times = 0;
  rig.faults.add(refusal);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(said(progress, "left undone"));
  CHECK(rig.world->hold()->number(rig.phone())->profile.picture.empty());
  CHECK(rig.world->requests(refused) == 1);
}

TEST_CASE("an upload whose reply is lost is done again, and the picture arrives") {
  const std::string lost = GENERATE("open_upload", "upload", "set_profile");
  CAPTURE(lost);
  Rig rig(served_by_the_other(Direction::to_cloud));
  give_picture(rig);
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  lose_on_arrival(rig, Direction::to_cloud);
  sim::FaultRule fault;
  fault.on = lost;
  fault.action = sim::Action::reply_lost;
  fault.nth = 1;
  rig.faults.add(fault);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->hold()->number(rig.phone())->profile.picture == jpeg);
}

TEST_CASE("an Indian number's compliance information is restored, or what refuses it is said") {
  const Direction direction = GENERATE(Direction::to_cloud, Direction::to_onprem);
  const bool codes = GENERATE(false, true);
  CAPTURE(name(direction), codes);
  RigOptions options = served_by_the_other(direction, {.entity_types_as_codes = codes});
  options.adjust = [](int, Number& number, sim::NumberSpec& spec) {
    number.phone = parse_phone("+919812345678").value();
    spec.phone = number.phone.e164;
  };
  Rig rig(options);
  const Json told = {{"entity_name", "Lucky Shrub Private Limited"},
                     {"entity_type", "PRIVATE_COMPANY"},
                     {"grievance_officer_details", {{"name", "Chandravati P."}, {"email", "c@luckyshrub.com"}}},
                     {"customer_care_details", {{"email", "support@luckyshrub.com"}}}};
  rig.world->hold()->number(rig.phone())->compliance = told;
  const Plan plan = rig.plan(direction);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK(has_step(plan, direction == Direction::to_cloud ? "restore_cloud_compliance" : "restore_onprem_compliance"));
  lose_on_arrival(rig, direction);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  const bool spoken_otherwise = direction == Direction::to_onprem && codes;
  CHECK(rig.world->hold()->number(rig.phone())->compliance == (spoken_otherwise ? Json() : told));
  CHECK(said(progress, "left undone") == spoken_otherwise);
}

TEST_CASE("a region that Meta takes and does not show, or does not understand, lets no number go") {
  const bool ignored = GENERATE(false, true);
  CAPTURE(ignored);
  Rig rig({.dialect = {.storage_as_described = !ignored, .storage_ignored = ignored}});
  rig.fleet.numbers[0].storage_region = "DE";
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::failed);
  CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
  CHECK(rig.world->requests("register") == 0);
}

TEST_CASE("before v21.0 the region of local storage goes along with the registration") {
  Rig rig;
  rig.fleet.graph.version = "v20.0";
  rig.fleet.numbers[0].storage_region = "BR";
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  CHECK_FALSE(has_step(plan, "set_storage_region"));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->hold()->number(rig.phone())->storage.value("data_localization_region", "") == "BR");
}

TEST_CASE("no run gives up a profile that its plan did not, though nothing else is left to do") {
  const Direction direction = GENERATE(Direction::to_cloud, Direction::to_onprem);
  CAPTURE(name(direction));
  Rig rig({.overlay = R"({"*": {"home": "nowhere", "onprem_registration_blocked": true}})"});
  past_the_sunset(rig);
  rig.options.allow_after_sunset = true;
  const Plan plan = rig.plan(direction);
  INFO(story(rig));
  REQUIRE(plan.numbers.size() == 1);
  CHECK_FALSE(has_step(plan, "register_without_profile"));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(rig.world->requests("account") == 1);
  CHECK(rig.world->requests("register") == 0);
  CHECK(progress.numbers[0].state == NumberState::stranded);
}

TEST_CASE("a PIN that is named while the run goes on is not mistaken for the one it began with") {
  Rig rig({.overlay = R"({"*": {"pin": "654321"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  REQUIRE(rig.run_through(plan).numbers[0].state == NumberState::stranded);
  rig.secrets.known["RIGHT"] = "654321";
  (void)rig.store->post(R"({"type":"retry","phone":"+4915110000000","pin":"env:RIGHT"})");
  const Progress told = rig.run(plan);  // the process that still holds the old one
  INFO(story(rig));
  CHECK(told.numbers[0].waits_for == "pin");
  CHECK(told.numbers[0].reason.find("is taken up when apply starts again") != std::string::npos);
  CHECK(rig.world->requests("register") == 1);
  Plan with_pin = plan;
  with_pin.fleet.numbers[0].pin = {SecretRef::Kind::env, "RIGHT"};
  const Progress progress = rig.run_through(with_pin);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("register") == 2);
}

TEST_CASE("a retried number whose client served on drains its queue anew") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  sim::FaultRule refusal;
  refusal.on = "register";
  refusal.action = sim::Action::refuse;
  refusal.code = 100;
  refusal.nth = 1;
  rig.faults.add(refusal);
  REQUIRE(rig.run_through(plan).numbers[0].state == NumberState::failed);
  REQUIRE(sim::plant(*rig.world, R"({"*": {"queue": 20, "queue_per_second": 1}})").has_value());
  (void)rig.store->post(R"({"type":"retry","phone":"+4915110000000"})");
  const Time again = rig.clock.now();
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("backup") == 2);
  CHECK(rig.clock.now() - again >= std::chrono::seconds(15));  // for the queue
}
