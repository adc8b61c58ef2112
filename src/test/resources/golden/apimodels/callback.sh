curl -X POST https://apimodels.app/api/v1/images/generations \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "gpt-image-2-beta",
"prompt": "Studio photo of a ceramic mug on a marble counter",
"aspect_ratio": "1:1",
"callback_url": "https://your-domain.com/webhook/image"
}'
