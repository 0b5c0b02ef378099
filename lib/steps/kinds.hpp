// The kinds, grouped by whom they speak to, where siblings can be compared: cloud.cpp, onprem.cpp, people.cpp; apart
// from them what is kept, compared and written back (kept.cpp), the one thing that takes several steps
// (picture.cpp), and what is asked of it once it has arrived (test_message.cpp).
#pragma once

#include "steps/step.hpp"

namespace wamigrate {

// cloud.cpp
Step subscribe_app();
Step set_pin_on_cloud();
Step set_storage_region();
Step confirm_webhook();
Step finish_release();
Step request_ownership_code();
Step register_on_cloud();
Step register_late();
Step register_without_backup();
Step register_without_profile();
Step confirm_cloud_health();
Step release_cloud();

// kept.cpp
Step take_snapshot();
Step restore_cloud_profile();
Step restore_cloud_compliance();
Step compare_promises();
Step compare_promises_onprem();

// onprem.cpp
Step set_pin_onprem();
Step drain_queue();
Step take_backup();
Step take_late_backup();
Step confirm_old_client_silent();
Step register_onprem();
Step restore_shards();
Step confirm_onprem_health();
Step restore_onprem_settings();
Step restore_onprem_profile();
Step restore_onprem_about();
Step restore_onprem_compliance();

// picture.cpp
Step open_picture_upload();
Step upload_picture();
Step restore_cloud_picture();
Step restore_onprem_picture();

// test_message.cpp
Step send_test_message();
Step send_test_message_onprem();
Step confirm_test_message();
Step await_inbound_message();

// people.cpp
Step supply_pin();
Step promise_no_restart();
Step enter_ownership_code();
Step enter_onprem_code();

}  // namespace wamigrate
