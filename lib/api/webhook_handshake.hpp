// The verification request that Meta makes of a webhook when it is set (Meta, webhooks, 2025-11-07), made from here:
// GET with hub.mode, hub.challenge and hub.verify_token, answered with 200 and the challenge alone.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "ports/transport.hpp"

namespace wamigrate::api {

struct Handshake {
  bool reached = false;  ///< A complete reply came; what it said is then in `problem`.
  std::string problem;   ///< Empty: the webhook passes. One line, without the token and without what was answered.
};

/// Asks the webhook. It must be https, or on a loopback address; anything else is a problem and nothing is sent. The
/// token travels in the query, as the platform demands, and is kept from every text.
Handshake webhook_handshake(Transport& transport, const std::string& webhook, const Secret& verify_token,
                            const std::string& challenge, Millis timeout);

}  // namespace wamigrate::api
