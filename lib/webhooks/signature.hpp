// Who a webhook is from. Meta signs the bytes it sends with the app's secret: X-Hub-Signature-256 is "sha256=" and the
// HMAC-SHA256 of the raw body in hex (Meta, create a webhook endpoint, 2025-11-07). Only the bytes as they came verify:
// Meta signs its own way of writing JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace wamigrate::webhooks {

/// The header's value is the signature of exactly these bytes. Takes as long whatever the signature says.
bool signed_by(const Secret& app_secret, std::string_view body, std::string_view header);

/// What the header would say: for tests, and for whoever sends webhooks to try a receiver.
std::string signature_of(const Secret& app_secret, std::string_view body);

}  // namespace wamigrate::webhooks
