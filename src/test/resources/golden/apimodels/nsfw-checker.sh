curl -X POST https://apimodels.app/api/v1/images/generations \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "gpt-image-2-beta",
"prompt": "Family-friendly cartoon mascot",
"aspect_ratio": "1:1",
"nsfw_checker": true
}'
