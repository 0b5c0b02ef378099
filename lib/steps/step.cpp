// The catalogue: every step there is, named explicitly, in the natural order of a migration.
#include "steps/step.hpp"

#include "steps/kinds.hpp"

namespace wamigrate {

std::span<const Step> steps() {
  static const std::vector<Step> all = {
      subscribe_app(),
      confirm_webhook(),
      take_snapshot(),
      supply_pin(),
      set_pin_onprem(),
      set_pin_on_cloud(),
      set_storage_region(),
      promise_no_restart(),
      drain_queue(),
      take_backup(),
      take_late_backup(),
      finish_release(),
      request_ownership_code(),
      enter_ownership_code(),
      register_on_cloud(),
      register_late(),
      register_without_backup(),
      register_without_profile(),
      confirm_old_client_silent(),
      confirm_cloud_health(),
      restore_cloud_profile(),
      restore_cloud_compliance(),
      open_picture_upload(),
      upload_picture(),
      restore_cloud_picture(),
      compare_promises(),
      release_cloud(),
      register_onprem(),
      enter_onprem_code(),
      restore_shards(),
      confirm_onprem_health(),
      restore_onprem_settings(),
      restore_onprem_profile(),
      restore_onprem_about(),
      restore_onprem_compliance(),
      restore_onprem_picture(),
      compare_promises_onprem(),
      send_test_message(),
      send_test_message_onprem(),
      confirm_test_message(),
      await_inbound_message(),
  };
  return all;
}

Catalogue catalogue() {
  static const std::vector<StepKind> kinds = [] {
    std::vector<StepKind> list;
    for (const Step& step : steps()) list.push_back(step.kind);
    return list;
  }();
  return kinds;
}

const Step& step_of(std::string_view kind_name) {
  for (const Step& step : steps()) {
    if (step.kind.name == kind_name) return step;
  }
  ensure(false, "a step's name stands in the catalogue");
  return steps().front();
}

std::string_view name(Outcome::How how) {
  switch (how) {
    case Outcome::How::done:
      return "done";
    case Outcome::How::refused:
      return "refused";
    case Outcome::How::ambiguous:
      return "ambiguous";
    case Outcome::How::not_sent:
      break;
  }
  return "not_sent";
}

}  // namespace wamigrate
