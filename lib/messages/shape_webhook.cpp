// The shape of what webhooks hold, bare: from Meta's OpenAPI file v23.0 of 2025-11-21 and webhook reference of
// 2025-11-20 for Cloud, from the on-premises webhooks page and changelog for the other side.
#include <array>

#include "messages/shape.hpp"

namespace wamigrate::messages {
namespace {

using enum Where;

constexpr std::array profile_members{Member{"name"}};
constexpr Shape profile{profile_members};
constexpr std::array contact_members{Member{"profile", both, &profile}, Member{"wa_id"}};
constexpr Shape contact{contact_members};

constexpr std::array error_data_members{Member{"details"}};
constexpr Shape error_data{error_data_members};
// Both sides' members: which a side has is error_shapes' business (errors.hpp).
constexpr std::array error_members{Member{"code"},    Member{"title"},
                                   Member{"message"}, Member{"error_data", both, &error_data},
                                   Member{"details"}, Member{"href"}};
constexpr Shape error{error_members};

constexpr std::array referred_members{Member{"catalog_id"}, Member{"product_retailer_id"}};
constexpr Shape referred{referred_members};
constexpr std::array context_members{Member{"from"}, Member{"id", both, nullptr, Role::quoted},
                                     Member{"referred_product", both, &referred}, Member{"forwarded", memory},
                                     Member{"frequently_forwarded", memory}};
constexpr Shape context{context_members};
constexpr std::array text_members{Member{"body"}};
constexpr Shape text{text_members};
constexpr std::array media_members{Member{"id", both, nullptr, Role::media_id},
                                   Member{"mime_type"},
                                   Member{"sha256"},
                                   Member{"caption"},
                                   Member{"filename"},
                                   Member{"voice"},
                                   Member{"animated", memory},
                                   Member{"file", onprem},
                                   Member{"link", onprem}};
constexpr Shape media{media_members};
constexpr std::array location_members{Member{"latitude"}, Member{"longitude"}, Member{"name"}, Member{"address"},
                                      Member{"url"}};
constexpr Shape location{location_members};
constexpr std::array reaction_members{Member{"message_id", both, nullptr, Role::quoted}, Member{"emoji"}};
constexpr Shape reaction{reaction_members};
constexpr std::array button_members{Member{"payload"}, Member{"text"}};
constexpr Shape button{button_members};
constexpr std::array answer_members{Member{"id"}, Member{"title"}, Member{"description"}};
constexpr Shape answer{answer_members};
constexpr std::array interactive_members{Member{"type"}, Member{"list_reply", both, &answer},
                                         Member{"button_reply", both, &answer}, Member{"nfm_reply", memory}};
constexpr Shape interactive{interactive_members};
constexpr std::array item_members{Member{"product_retailer_id"}, Member{"quantity"}, Member{"item_price"},
                                  Member{"currency"}};
constexpr Shape item{item_members};
constexpr std::array order_members{Member{"catalog_id"}, Member{"text"}, Member{"product_items", both, &item}};
constexpr Shape order{order_members};
constexpr std::array referral_members{
    Member{"source_url"}, Member{"source_id"},         Member{"source_type"},
    Member{"body"},       Member{"headline"},          Member{"media_type"},
    Member{"image_url"},  Member{"video_url", memory}, Member{"thumbnail_url", memory},
    Member{"ctwa_clid"},  Member{"welcome_message"}};
constexpr Shape referral{referral_members};
constexpr std::array system_members{Member{"body"}, Member{"wa_id"}, Member{"type"}, Member{"identity", memory},
                                    Member{"customer", memory}};
constexpr Shape system_note{system_members};

constexpr std::array received_members{Member{"from"},
                                      Member{"id"},
                                      Member{"timestamp", both, nullptr, Role::time},
                                      Member{"type"},
                                      Member{"context", both, &context},
                                      Member{"referral", both, &referral},
                                      Member{"text", both, &text},
                                      Member{"image", both, &media},
                                      Member{"video", both, &media},
                                      Member{"audio", both, &media},
                                      Member{"voice", both, &media},
                                      Member{"document", both, &media},
                                      Member{"sticker", both, &media},
                                      Member{"location", both, &location},
                                      Member{"contacts"},
                                      Member{"reaction", both, &reaction},
                                      Member{"button", both, &button},
                                      Member{"interactive", both, &interactive},
                                      Member{"order", both, &order},
                                      Member{"system", both, &system_note},
                                      Member{"identity", memory},
                                      Member{"errors", both, &error}};
constexpr Shape received{received_members};

constexpr std::array origin_members{Member{"type"}};
constexpr Shape origin{origin_members};
constexpr std::array conversation_members{Member{"id"}, Member{"expiration_timestamp", both, nullptr, Role::time},
                                          Member{"origin", both, &origin}};
constexpr Shape conversation{conversation_members};
constexpr std::array pricing_members{Member{"billable"}, Member{"pricing_model"}, Member{"category"}, Member{"type"}};
constexpr Shape pricing{pricing_members};
constexpr std::array recipient_members{Member{"recipient_id"}};
constexpr Shape recipient{recipient_members};
constexpr std::array status_members{
    Member{"id"},
    Member{"status"},
    Member{"timestamp", both, nullptr, Role::time},
    Member{"recipient_id"},
    Member{"message", both, &recipient},
    Member{"conversation", both, &conversation},
    Member{"pricing", both, &pricing},
    Member{"errors", both, &error},
    Member{"recipient_type", cloud},
    Member{"recipient_participant_id", cloud},
    Member{"recipient_identity_key_hash", cloud},
    Member{"biz_opaque_callback_data", cloud, nullptr, Role::plain, &rules::callback_data}};
constexpr Shape status{status_members};

constexpr std::array value_members{Member{"messaging_product"},        Member{"metadata"},
                                   Member{"contacts", both, &contact}, Member{"messages", both, &received},
                                   Member{"statuses", both, &status},  Member{"errors", both, &error}};

}  // namespace

const Shape webhook_value{value_members};

}  // namespace wamigrate::messages
